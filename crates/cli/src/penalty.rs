//! [`Described`]: a penalty as it is typed, with groups that the catalogue's numbers cannot say: `group-lasso:sizes=3+1+2` and `group-lasso:by=column`.

use thalweg::core::{Blocks, Penalty, catalogue};
use thalweg::regularization::{CATALOGUE, GroupLasso, SparseGroupLasso, penalty};

use crate::data::sample::Sample;
use crate::failure::Failure;

/// A penalty that may wait for its groups.
pub struct Described {
    text: String,
    groups: Option<Groups>,
}

/// Which neighbouring coefficients come in together.
#[derive(Clone, Debug, PartialEq)]
enum Groups {
    /// So many each.
    Sizes(Vec<usize>),
    /// Those of one column of the file, or of one term of the formula.
    ByColumn,
    /// Those of all classes for one coefficient.
    ByClass,
}

impl Described {
    /// Reads and checks the description.
    pub fn new(text: &str) -> Result<Self, Failure> {
        let (name, given) = catalogue::parse(text)?;
        let own = |key: &str| matches!(key, "sizes" | "by");
        let mut groups = None;
        if matches!(name, "group-lasso" | "sparse-group-lasso") {
            let named: Vec<&(&str, &str)> = given.iter().filter(|(key, _)| own(key)).collect();
            groups = match named[..] {
                [] => None,
                [("by", "column")] => Some(Groups::ByColumn),
                [("by", "class")] if name == "group-lasso" => Some(Groups::ByClass),
                [("by", other)] => {
                    return Err(Failure::Usage(format!(
                        "by = {other} is no way to make groups; write {name}:by=column"
                    )));
                }
                [(_, sizes)] => Some(Groups::Sizes(read(sizes)?)),
                _ => return Err(one(name)),
            };
            if groups.is_some() && given.iter().any(|(key, _)| *key == "size") {
                return Err(one(name));
            }
        }
        let described = Self { text: text.to_owned(), groups };
        // One group stands for those that are not known yet.
        match &described.groups {
            Some(Groups::Sizes(sizes)) => described.over(sizes).map(drop)?,
            Some(Groups::ByColumn | Groups::ByClass) => described.over(&[1]).map(drop)?,
            None => drop(penalty(text)?),
        }
        Ok(described)
    }

    /// The catalogue's penalty, where the data add nothing to the description.
    pub fn plain(&self) -> Result<Option<Box<dyn Penalty<f64>>>, Failure> {
        Ok(if self.groups.is_none() { Some(penalty(&self.text)?) } else { None })
    }

    /// True if it ties the classes of a path together.
    pub fn is_by_class(&self) -> bool {
        self.groups == Some(Groups::ByClass)
    }

    /// The penalty over the columns of a sample; `None` where the catalogue's description says all.
    pub fn grouped(&self, sample: &Sample) -> Result<Option<Box<dyn Penalty<f64>>>, Failure> {
        Ok(match &self.groups {
            None => None,
            Some(Groups::ByClass) => {
                return Err(Failure::Usage(format!(
                    "--penalty {} ties classes together, and only a path of --family multinomial has them",
                    self.text
                )));
            }
            Some(Groups::ByColumn) => Some(self.over(&sample.widths())?),
            Some(Groups::Sizes(sizes)) => {
                let (all, p) = (sizes.iter().sum::<usize>(), sample.names().len());
                if all != p {
                    return Err(Failure::Usage(format!(
                        "the sizes of --penalty {} add up to {all}, and there are {p} coefficients; give sizes that add up to {p}, or write by=column",
                        self.text
                    )));
                }
                Some(self.over(sizes)?)
            }
        })
    }

    /// The penalty over groups of these sizes.
    fn over(&self, sizes: &[usize]) -> Result<Box<dyn Penalty<f64>>, Failure> {
        let (name, given) = catalogue::parse(&self.text)?;
        let rest: Vec<(&str, &str)> =
            given.into_iter().filter(|(key, _)| !matches!(*key, "sizes" | "by")).collect();
        let entry = catalogue::find("penalty", CATALOGUE, name)?;
        let values = entry.values(&rest)?;
        let alpha = entry.parameters.iter().position(|p| p.name == "alpha").and_then(|at| values.get(at));
        let blocks = Blocks::of_sizes(sizes)?;
        Ok(match alpha {
            Some(alpha) => Box::new(SparseGroupLasso::new(blocks, *alpha)?),
            None => Box::new(GroupLasso::new(blocks)),
        })
    }
}

/// `3+1+2`.
fn read(text: &str) -> Result<Vec<usize>, Failure> {
    let sizes = text.split('+').map(|size| size.trim().parse().ok().filter(|size| *size > 0));
    let wrong = || {
        format!(
            "sizes = {text} is not allowed; write whole numbers of 1 and more with + between them, such as 3+1+2"
        )
    };
    sizes.collect::<Option<Vec<usize>>>().ok_or_else(|| Failure::Usage(wrong()))
}

fn one(name: &str) -> Failure {
    Failure::Usage(format!("{name} takes its groups from one of size, sizes and by; leave the others out"))
}
