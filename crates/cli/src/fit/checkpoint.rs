//! `--checkpoint` and `--resume`: the state of a search in a file that is always whole.

use std::cell::RefCell;
use std::fs;
use std::path::Path;

use thalweg::Error;
use thalweg::core::Observer;
use thalweg::models::Watch;

use super::FitArgs;
use crate::data::sample::Sample;
use crate::failure::Failure;
use crate::save;

/// What a checkpoint file begins with; behind it the fingerprint of model and data, then the state.
const MAGIC: &[u8] = b"thalweg.checkpoint/1\n";

/// The fingerprint of all that a search depends on: FNV-1a over the model's options, the names, the targets and the weights.
pub fn fingerprint(args: &FitArgs, model: &str, data: &Sample) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    let model_args = &args.model;
    let options = (
        &model_args.loss,
        &model_args.link,
        &args.penalty,
        args.lambda,
        model_args.standardize,
        model_args.no_intercept,
    );
    let search = (&args.optimizer, args.gap, args.seed, args.iterations);
    let shifts = (&args.data.offset, &args.data.exposure);
    eat(format!("{model} {options:?} {search:?} {shifts:?} {:?}", data.names()).as_bytes());
    for y in data.y().iter().chain(data.weights().unwrap_or_default()) {
        eat(&y.to_bits().to_le_bytes());
    }
    hash
}

/// The state in a file that `--resume` names.
pub fn read(path: &Path, fingerprint: u64) -> Result<Vec<u8>, Failure> {
    let refuse = |problem: String, remedy: &str| {
        Failure::from(Error::Data {
            file: Some(path.into()),
            line: None,
            column: None,
            problem,
            remedy: remedy.to_owned(),
        })
    };
    let bytes = fs::read(path).map_err(|error| {
        refuse(format!("it cannot be read: {error}"), "check the path, or leave --resume out")
    })?;
    let body = bytes.strip_prefix(MAGIC).and_then(|rest| rest.split_first_chunk::<8>()).ok_or_else(|| {
        refuse("this is no checkpoint".to_owned(), "name a file that --checkpoint has written")
    })?;
    if u64::from_le_bytes(*body.0) != fingerprint {
        let problem = "it belongs to another model or to other data".to_owned();
        return Err(refuse(problem, "resume with the options and the data that wrote it"));
    }
    Ok(body.1.to_vec())
}

/// Runs a fit that is observed, and saved and resumed as the options say.
pub fn watched<R>(
    args: &FitArgs,
    fingerprint: u64,
    observer: &mut dyn Observer,
    fit: impl FnOnce(&mut Watch<'_>) -> thalweg::Result<R>,
    located: impl FnOnce(Error) -> Failure,
) -> Result<R, Failure> {
    let Some(path) = &args.checkpoint else {
        return fit(&mut Watch::new().observe(observer)).map_err(located);
    };
    let saved = if args.resume { Some(read(path, fingerprint)?) } else { None };
    // What went wrong with the file, which the library's error cannot carry.
    let failed: RefCell<Option<Failure>> = RefCell::new(None);
    let mut write = |bytes: &[u8]| {
        let whole = [MAGIC, &fingerprint.to_le_bytes(), bytes].concat();
        save::write(path, &whole).map_err(|failure| {
            let what = failure.to_string();
            *failed.borrow_mut() = Some(failure);
            Error::invalid_parameter("checkpoint", path.display(), &what)
        })
    };
    let mut watch = Watch::new().observe(observer).checkpoint(args.checkpoint_every, &mut write);
    if let Some(bytes) = saved {
        watch = watch.resume(&bytes);
    }
    let outcome = fit(&mut watch);
    drop(watch);
    match (outcome, failed.into_inner()) {
        (_, Some(failure)) => Err(failure),
        (Ok(fit), None) => Ok(fit),
        (Err(error), None) => Err(located(error)),
    }
}
