//! Every figure on one page, from numbers of a fixed seed: `cargo run -p thalweg-report --example gallery -- gallery.html`.

use std::error::Error;
use std::fs;

use thalweg_core::math::{exp, ln, sigmoid};
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_report::{
    Calibration, Coefficient, CoefficientForest, CoefficientPath, Histogram, LeveragePlot, LineChart,
    LossContours, Outcome, Page, QuantileQuantile, ResidualsFitted, Scale, ScaleLocation, Section, Series,
    ShrinkageCurve, StabilityPath, State, Style, Table, ValidationCurve,
};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "gallery.html".to_owned());
    let page = Page::new("Gamma regression of claim cost")
        .subtitle("claims.csv: cost ~ age + vehicle + region + exposure, log link")
        .fact("Rows", "400")
        .fact("Coefficients", "9 of 10")
        .fact("Deviance", "412.7 on 391 df")
        .fact("Dispersion", "1.056")
        .fact("AIC", "5,208.4")
        .fact("Log-likelihood", "-2,594.2")
        .fact("Status", "certified, gap 3.1e-13")
        .fact("Time", "1.9 ms")
        .warning("The coefficient of age_in_months is aliased with age: drop one of the two.")
        .warning("The coefficient of region[Overseas] diverges: all of its rows have the same outcome. Merge the level or use a penalty.")
        .section(coefficients()?)
        .section(residuals()?)
        .section(predictions()?)
        .section(searches()?)
        .section(Section::new("Configuration").preformatted("family = \"gamma\"\nlink   = \"log\"\nseed   = 1"))
        .footer("Written by thalweg 0.1.0 from claims.csv (400 rows), seed 1.");
    fs::write(&path, page.html())?;
    println!("{path}");
    Ok(())
}

fn forest() -> Vec<Coefficient> {
    let rows = [
        ("age", 0.212, 0.071),
        ("log(vehicle_value)", 0.418, 0.093),
        ("vehicle[truck]", 0.655, 0.182),
        ("vehicle[motorcycle]", -0.530, 0.241),
        ("region[North]", 0.118, 0.120),
        ("region[South and islands, without the capital]", -0.204, 0.133),
        ("years_without_claim", -0.087, 0.018),
    ];
    let mut all: Vec<_> =
        rows.iter().map(|(n, b, se)| Coefficient::new(n, *b, b - 1.96 * se, b + 1.96 * se)).collect();
    all.push(Coefficient::new("exposure", 0.9, -7.0, 8.8));
    all.push(Coefficient::without_estimate("age_in_months", State::Aliased));
    all.push(Coefficient::without_estimate("region[Overseas]", State::ToMinusInfinity));
    all
}

fn coefficients() -> Result<Section, Box<dyn Error>> {
    let rows = forest();
    let mut table = Table::new("Estimates on the scale of the linear predictor, Wald intervals of 95 %")
        .text_column("coefficient")
        .number_column("estimate")
        .number_column("lower")
        .number_column("upper");
    for c in &rows {
        let number = |x: f64| if x.is_nan() { String::new() } else { format!("{x:.3}") };
        let estimate = match c.state {
            State::Estimated => number(c.estimate),
            State::Aliased => "aliased".to_owned(),
            _ => "-inf".to_owned(),
        };
        table.row([c.name.clone(), estimate, number(c.lower), number(c.upper)])?;
    }
    let ratios: Vec<_> = rows
        .iter()
        .take(7)
        .map(|c| Coefficient::new(&c.name, exp(c.estimate), exp(c.lower), exp(c.upper)))
        .collect();
    let mut as_ratios = CoefficientForest::new(&ratios);
    as_ratios.scale = Scale::Log;
    as_ratios.reference = 1.0;
    as_ratios.title = "Ratios of means";
    as_ratios.label = "exp(estimate) with 95 % interval";
    as_ratios.order = thalweg_report::Order::Estimate;
    Ok(Section::new("Coefficients")
        .table(&table)
        .figure(&CoefficientForest::new(&rows))?
        .figure(&as_ratios)?)
}

fn residuals() -> Result<Section, Box<dyn Error>> {
    let mut rng = Streams::new(1).stream("gallery", 0);
    let n = 400;
    let fitted: Vec<f64> = (0..n).map(|_| 6.0 + 0.8 * normal(&mut rng)).collect();
    let leverage: Vec<f64> = (0..n)
        .map(|i| {
            if i == 17 {
                0.31
            } else {
                0.008 + 0.02 * uniform(&mut rng).powi(2) - 0.012 * ln(1.0 - uniform(&mut rng))
            }
        })
        .collect();
    let r: Vec<f64> = fitted
        .iter()
        .enumerate()
        .map(|(i, f)| {
            if i == 17 { 3.4 } else { normal(&mut rng) * (0.75 + 0.06 * f) + 0.25 * (f - 6.0).powi(2) - 0.16 }
        })
        .collect();
    let mut against_fitted = ResidualsFitted::new(&fitted, &r);
    against_fitted.fitted_label = "Linear predictor";
    against_fitted.residual_label = "Deviance residual";
    let mut scale = ScaleLocation::new(&fitted, &r);
    scale.fitted_label = "Linear predictor";
    let mut histogram = Histogram::new(&r);
    histogram.title = "Distribution of the residuals";
    histogram.label = "Standardised residual";
    Ok(Section::new("Residuals")
        .figure(&against_fitted)?
        .figure(&QuantileQuantile::new(&r))?
        .figure(&scale)?
        .figure(&LeveragePlot::new(&leverage, &r, 9))?
        .figure(&histogram)?)
}

fn predictions() -> Result<Section, Box<dyn Error>> {
    let mut rng = Streams::new(1).stream("gallery", 1);
    let n = 100_000;
    let eta: Vec<f64> = (0..n).map(|_| 1.5 * normal(&mut rng)).collect();
    let p: Vec<f64> = eta.iter().map(|e| sigmoid(*e)).collect();
    let y: Vec<f64> = eta.iter().map(|e| f64::from(u8::from(uniform(&mut rng) < sigmoid(0.7 * e)))).collect();
    let few = 600;
    let mut binary = Calibration::new(&y[..few], &p[..few], Outcome::Binary);
    binary.title = "Calibration of probabilities";
    let mean: Vec<f64> = eta.iter().map(|e| exp(5.0 + 0.8 * e)).collect();
    let amount: Vec<f64> = mean.iter().map(|m| -m * ln(1.0 - uniform(&mut rng))).collect();
    let mut amounts = Calibration::new(&amount, &mean, Outcome::Mean);
    amounts.scale = Scale::Log;
    amounts.title = "Calibration of amounts";
    amounts.predicted_label = "Predicted cost (EUR)";
    amounts.observed_label = "Mean cost (EUR)";
    let z: Vec<f64> = (0..n).map(|_| normal(&mut rng)).collect();
    let mut many = ResidualsFitted::new(&eta, &z);
    many.title = "Residuals of 100,000 rows";
    let mut quantiles = QuantileQuantile::new(&z);
    quantiles.title = "Quantiles of 100,000 residuals";
    Ok(Section::new("Predictions and many rows")
        .figure(&binary)?
        .figure(&amounts)?
        .figure(&many)?
        .figure(&quantiles)?)
}

fn searches() -> Result<Section, Box<dyn Error>> {
    let lambda: Vec<f64> = (0..60).map(|k| exp(-0.15 * f64::from(k))).collect();
    let path = |start: f64, size: f64| -> Vec<f64> {
        lambda.iter().map(|l| size * (1.0 - l / start).max(0.0)).collect()
    };
    let paths: Vec<Vec<f64>> = (0..9)
        .map(|j| {
            path(exp(-0.7 * f64::from(j)), [2.0, -1.2, 0.9, 0.5, -0.4, 0.3, 0.25, -0.2, 0.1][j as usize])
        })
        .collect();
    let names =
        ["age", "value", "truck", "bike", "north", "south", "years", "exposure", "offset"].map(str::to_owned);
    let mut coefficient_paths = CoefficientPath::new(&lambda, &names, &paths);
    coefficient_paths.title = "Lasso path";

    let error: Vec<f64> =
        lambda.iter().map(|l| 1.0 + 0.9 * l.sqrt() + 0.02 * (ln(*l) + 5.0).powi(2)).collect();
    let se: Vec<f64> = error.iter().map(|e| 0.06 * e).collect();
    let least = (0..error.len()).fold(0, |best, k| if error[k] < error[best] { k } else { best });
    let one_se = error.iter().position(|e| *e <= error[least] + se[least]).unwrap_or(least);
    let validation = ValidationCurve::new(&lambda, &error, &se, (least, one_se));

    let rise =
        |start: f64| -> Vec<f64> { lambda.iter().map(|l| (1.0 - (l / start).powi(2)).max(0.0)).collect() };
    let shares: Vec<Vec<f64>> = (0..9).map(|j| rise(exp(-0.7 * f64::from(j)))).collect();
    let mut stability = StabilityPath::new(&lambda, &names, &shares, 0.75);
    stability.region = 25;

    let v: Vec<f64> = (-400..=400).map(|k| 0.01 * f64::from(k)).collect();
    let hard: Vec<f64> = v.iter().map(|v| if v.abs() > 2.0_f64.sqrt() { *v } else { 0.0 }).collect();
    let mut shrinkage = ShrinkageCurve::new(&v, &hard);
    shrinkage.title = "The hard threshold";
    let diamond = [(1.21, 0.0), (0.0, 1.21), (-1.21, 0.0), (0.0, -1.21), (1.21, 0.0)];
    let mut contours = LossContours::new((0.6, 1.9), [1.0, 0.35, 1.0], &diamond, (0.0, 1.21));
    (contours.range, contours.title) = ((-1.8, 3.4), "The lasso");

    let mut rng = Streams::new(1).stream("gallery", 2);
    let steps: Vec<f64> = (1..=20_000).map(f64::from).collect();
    let train: Vec<f64> =
        steps.iter().map(|t| (2.0 / t.sqrt() + 0.01) * exp(0.25 * normal(&mut rng))).collect();
    let epochs: Vec<f64> = (1..=20).map(|k| f64::from(k) * 1000.0).collect();
    let test: Vec<f64> = epochs.iter().map(|t| 2.4 / t.sqrt() + 0.02).collect();
    let mut on_test = Series::new("test", &epochs, &test);
    on_test.style = Style::LinePoints;
    let curves = [Series::new("training", &steps, &train), on_test];
    let mut training = LineChart::new(&curves, "Step", "Loss");
    training.title = "Training";
    training.y_scale = Scale::Log;
    training.caption = "The test loss stays above the training loss and falls with it.";
    Ok(Section::new("Searches")
        .figure(&coefficient_paths)?
        .figure(&validation)?
        .figure(&stability)?
        .figure(&shrinkage)?
        .figure(&contours)?
        .figure(&training)?)
}
