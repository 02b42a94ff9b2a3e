//! [`Artifact`]: a fitted model as a file keeps it, with all that predictions for new rows take.
//!
//! The file is JSON, format `thalweg.model/1`. Numbers are written with the digits that bring every bit back. Within format 1 a new field
//! never changes the meaning of an old one, and fields that are not known are passed over; a change of meaning is a new format.

mod stored;

use faer::{Mat, MatRef};
use thalweg_core::{Columns, Design, Error, Loss, Par, Response, Result, Status, check_shape};
use thalweg_data::{NewData, Predictor, Schema};
use thalweg_likelihood::{Family, LinkFunction};

use crate::estimate::Estimate;
use crate::fit::{GlmFit, State};

/// What was fitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Model {
    /// A generalized linear model.
    Glm {
        /// The family, by its name in the catalogue.
        family: String,
        /// The link, likewise.
        link: String,
    },
    /// An M-estimator.
    Loss {
        /// The loss with its parameters, such as `huber:delta=1.5`.
        loss: String,
    },
}

impl Model {
    /// The family; `None` for a loss.
    ///
    /// # Errors
    /// An unknown name.
    pub fn family(&self) -> Result<Option<Box<dyn Family>>> {
        match self {
            Self::Glm { family, .. } => thalweg_likelihood::family(family).map(Some),
            Self::Loss { .. } => Ok(None),
        }
    }

    /// What one observation costs.
    ///
    /// # Errors
    /// An unknown name, or a link that the family does not take.
    pub fn loss(&self) -> Result<Box<dyn Loss<f64>>> {
        match self {
            Self::Glm { family, link } => {
                thalweg_likelihood::family(family)?.loss(thalweg_likelihood::link(link)?)
            }
            Self::Loss { loss } => thalweg_losses::loss(loss),
        }
    }

    /// The link whose inverse turns the linear predictor into the response: that of the family, or of the loss's property `response`; the identity
    /// where there is none, as for losses of a margin, whose prediction is the linear predictor itself.
    ///
    /// # Errors
    /// An unknown name.
    pub fn mean_link(&self) -> Result<LinkFunction> {
        match self {
            Self::Glm { link, .. } => thalweg_likelihood::link(link),
            Self::Loss { .. } => Ok(match self.loss()?.properties().response {
                Some(Response::Logistic) => LinkFunction::Logit,
                Some(Response::NormalCdf) => LinkFunction::Probit,
                Some(Response::Exponential) => LinkFunction::Log,
                None => LinkFunction::Identity,
            }),
        }
    }

    /// Turns linear predictors into responses, μ = g⁻¹(η) with [`Model::mean_link`], in place.
    ///
    /// # Errors
    /// An unknown name.
    pub fn respond(&self, eta: &mut [f64]) -> Result<()> {
        let link = self.mean_link()?;
        Par::Rayon.for_each_chunk(eta, 4096, |_, piece| {
            piece.iter_mut().for_each(|eta| *eta = link.mean(*eta).mu);
        });
        Ok(())
    }
}

/// What is predicted.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Prediction {
    /// The linear predictor η.
    Link,
    /// The mean μ = g⁻¹(η): a probability, a count, a value on the target's scale.
    #[default]
    Response,
}

/// One coefficient.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// `(intercept)`, a column, or `column[level]`.
    pub name: String,
    /// The class whose predictor it belongs to, in a model of several; else `None`.
    pub class: Option<String>,
    /// The estimate on the scale of the columns as they are; `None` for an aliased one, which takes no part in predictions.
    pub estimate: Option<f64>,
}

/// A fitted model.
///
/// ```
/// use thalweg_data::{CsvOptions, EncodeOptions, Roles, SchemaOptions, encode, parse_csv};
/// use thalweg_models::{Artifact, Glm, Observations, Prediction};
/// let csv = |text: &str| parse_csv(text.as_bytes(), None, &CsvOptions::default());
/// let data = encode(&csv("x,y\n1,2\n2,4\n3,6\n")?, &Roles::target("y"), &EncodeOptions::default())?;
/// let fit = Glm::new("gaussian")?.fit(&Observations::new(data.x.as_ref(), &data.y).names(&data.names))?;
/// let saved = Artifact::of_glm(&fit, true).with_schema(data.schema().clone()).to_json()?;
///
/// let model = Artifact::from_json(saved.as_bytes())?;
/// let Some(schema) = &model.schema else { unreachable!("it was fitted on a table") };
/// let new = schema.encode_columns(&csv("x\n10\n")?, &SchemaOptions::default())?;
/// assert!((model.predict_new(&new, Prediction::Response)?[0] - 20.0).abs() < 1e-12);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Artifact {
    /// The version of the library that fitted it.
    pub version: String,
    /// What was fitted.
    pub model: Model,
    /// The penalty with its parameters, or `none`.
    pub penalty: String,
    /// λ.
    pub lambda: f64,
    /// How the fit ended.
    pub status: Status,
    /// The rows it was fitted on.
    pub n: usize,
    /// Whether the first coefficient (of each class) is the intercept.
    pub intercept: bool,
    /// φ, where the family has one and it could be estimated.
    pub dispersion: Option<f64>,
    /// The levels that the codes 0, 1, … of the target stand for.
    pub target_levels: Option<Vec<String>>,
    /// What svmlight files call the first column, 0 or 1; `None` for models of tables and arrays.
    pub index_base: Option<u8>,
    /// The coefficients, the intercept first, in the order of the design; where there are classes, class after class.
    pub coefficients: Vec<Term>,
    /// How new tables are encoded; `None` for a fit on raw arrays, whose new rows have the columns in the same order.
    pub schema: Option<Schema>,
}

impl Artifact {
    /// The model of a fit on raw arrays; `intercept` says whether it has one.
    #[must_use]
    pub fn of_glm(fit: &GlmFit, intercept: bool) -> Self {
        let terms = fit.coefficients.iter().map(|c| Term {
            name: c.name.clone(),
            class: None,
            estimate: (c.state != State::Aliased).then_some(c.estimate),
        });
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: Model::Glm { family: fit.family.to_owned(), link: fit.link.to_owned() },
            penalty: fit.penalty.to_owned(),
            lambda: fit.lambda,
            status: fit.status,
            n: fit.n,
            intercept,
            dispersion: fit.dispersion.is_finite().then_some(fit.dispersion),
            target_levels: None,
            index_base: None,
            coefficients: terms.collect(),
            schema: None,
        }
    }

    /// The model of an M-estimator on raw arrays; `classes` names the outputs of a loss with several, counted from 0 if not given.
    #[must_use]
    pub fn of_estimate(fit: &Estimate, classes: Option<&[String]>) -> Self {
        let class =
            |k: usize| classes.and_then(|names| names.get(k)).cloned().unwrap_or_else(|| k.to_string());
        let terms = fit.coefficients.iter().map(|c| Term {
            name: c.name.clone(),
            class: c.class.map(class),
            estimate: Some(c.estimate),
        });
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: match &fit.likelihood {
                Some((family, link)) => Model::Glm { family: family.clone(), link: link.clone() },
                None => Model::Loss { loss: fit.loss.clone() },
            },
            penalty: fit.penalty.clone(),
            lambda: fit.lambda,
            status: fit.status,
            n: fit.n,
            intercept: fit.intercept,
            dispersion: None,
            target_levels: classes.map(<[String]>::to_vec),
            index_base: None,
            coefficients: terms.collect(),
            schema: None,
        }
    }

    /// With the schema of the table it was fitted on, and its target's levels.
    #[must_use]
    pub fn with_schema(mut self, schema: Schema) -> Self {
        self.target_levels = schema.target().levels().map(<[String]>::to_vec);
        self.schema = Some(schema);
        self
    }

    /// The number of predictors p, without the intercept.
    #[must_use]
    pub fn predictors(&self) -> usize {
        self.coefficients.len().saturating_sub(usize::from(self.intercept))
    }

    /// One prediction a row of a design of the same columns, the offset added to the linear predictor. Whether the design has an intercept
    /// or is standardised makes no difference.
    ///
    /// # Errors
    /// A wrong number of columns; an offset of another length; a model of several classes; a name that this version does not know.
    pub fn predict(
        &self,
        design: &Design<'_, f64>,
        offset: Option<&[f64]>,
        kind: Prediction,
    ) -> Result<Vec<f64>> {
        if let Some(term) = self.coefficients.iter().find(|term| term.class.is_some()) {
            return Err(Error::Unsupported {
                what: format!(
                    "a prediction from the classes of `{}`",
                    term.class.as_deref().unwrap_or_default()
                ),
                why: format!("version {} predicts from models of one predictor", env!("CARGO_PKG_VERSION")),
                remedy: "use a newer version of Thalweg".to_owned(),
            });
        }
        check_shape("predictors of the model and of the new rows", self.predictors(), design.predictors())?;
        let mut b: Vec<f64> = self.coefficients.iter().map(|term| term.estimate.unwrap_or(0.0)).collect();
        let mut shift = 0.0;
        match (self.intercept, design.has_intercept()) {
            (true, false) => shift = b.remove(0),
            (false, true) => b.insert(0, 0.0),
            _ => {}
        }
        design.to_standardized(&mut b);
        let mut eta = vec![0.0; design.rows()];
        design.apply(&b, &mut eta, Par::Rayon);
        eta.iter_mut().for_each(|eta| *eta += shift);
        if let Some(offset) = offset {
            check_shape("length of the offset", eta.len(), offset.len())?;
            eta.iter_mut().zip(offset).for_each(|(eta, offset)| *eta += offset);
        }
        if kind == Prediction::Response {
            self.model.respond(&mut eta)?;
        }
        Ok(eta)
    }

    /// One prediction a used row of a new table that the model's schema has encoded; [`NewData::align`](thalweg_data::Encoded::align) puts
    /// them in place. No used rows give no predictions.
    ///
    /// # Errors
    /// Columns that are not the model's, and those of [`Artifact::predict`].
    pub fn predict_new(&self, data: &NewData<Vec<Predictor>>, kind: Prediction) -> Result<Vec<f64>> {
        let own = self.coefficients.iter().skip(usize::from(self.intercept)).map(|term| &term.name);
        if !own.eq(&data.names) {
            return Err(Error::Unsupported {
                what: "a prediction from columns that are not those of the model".to_owned(),
                why: format!(
                    "it has {} design columns, the new data {}",
                    self.predictors(),
                    data.names.len()
                ),
                remedy: "encode the new table with the model's own schema".to_owned(),
            });
        }
        let n = data.rows.len();
        if n == 0 {
            return Ok(Vec::new());
        }
        let design = if data.x.is_empty() {
            Design::from_mat(Mat::zeros(n, 0))?
        } else {
            Design::from_columns(data.x.iter().map(columns))?
        };
        self.predict(&design, data.offset.as_deref(), kind)
    }
}

/// A predictor as columns of a design; the dummies of a categorical one are never stored.
fn columns(predictor: &Predictor) -> Columns<'_, f64> {
    match predictor {
        Predictor::Numeric(values) => {
            Columns::Dense(MatRef::from_column_major_slice(values, values.len(), 1))
        }
        Predictor::Categorical { codes, levels, reference } => {
            Columns::Categorical { codes, levels: levels.len(), reference: Some(*reference as usize) }
        }
    }
}
