//! The model, ready to be run on the tokens of one text.
//!
//! Holds: what it takes is known before it is run, and it was run once, so that most of what can be wrong with a
//! file is told when it is loaded. Not here: words, labels.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::DimLike;

use crate::second::error::SecondError;

/// What an input of the model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// The tokens.
    Ids,
    /// 1 for each token of the text, 0 for what only fills up.
    Mask,
    /// Which of two texts a token is of: always the first.
    Kinds,
}

/// What inputs are and which numbers they take, in the model's order.
type Inputs = Vec<(Input, DatumType)>;

/// A model that runs.
#[derive(Debug)]
pub(super) struct Network {
    plan: Arc<TypedRunnableModel>,
    inputs: Inputs,
    /// How many tokens every text is filled up to; nothing where any number will do.
    filled_to: Option<usize>,
    /// What it is filled up with.
    filler: u32,
}

impl Network {
    /// Reads a model and makes it ready; texts have `tokens_max` tokens at most.
    pub fn of(bytes: &[u8], path: &Path, tokens_max: usize, filler: u32) -> Result<Self, SecondError> {
        let model = tract_onnx::onnx().model_for_read(&mut &*bytes).map_err(|error| refused(path, error))?;
        let (inputs, length) = inputs(&model, path)?;
        if length.is_some_and(|length| length > tokens_max) {
            return Err(input(path, "input_ids", "is longer than tokens_max; raise it"));
        }
        let lengths = match length {
            Some(_) => vec![length],
            // Some models can only be run on texts of one length.
            None => vec![None, Some(tokens_max)],
        };
        let mut last = None;
        for filled_to in lengths {
            match plan(model.clone(), &inputs, filled_to) {
                Ok(plan) => return Ok(Self { plan, inputs, filled_to, filler }),
                Err(error) => last = Some(error),
            }
        }
        Err(refused(path, last.unwrap_or_else(|| TractError::msg("it has no length"))))
    }

    /// Returns how many tokens it can be given; nothing where any number will do.
    pub fn tokens_max(&self) -> Option<usize> {
        self.filled_to
    }

    /// Returns what the model answers to `tokens`, with its shape.
    pub fn run(&self, tokens: &[u32]) -> TractResult<(Vec<usize>, Vec<f32>)> {
        let length = self.filled_to.unwrap_or(tokens.len());
        let inputs = self.inputs.iter().map(|(input, datum)| {
            let value = |at: usize| match (input, tokens.get(at)) {
                (Input::Ids, token) => i64::from(*token.unwrap_or(&self.filler)),
                (Input::Mask, token) => i64::from(token.is_some()),
                (Input::Kinds, _) => 0,
            };
            let values: Vec<i64> = (0..length).map(value).collect();
            let tensor = Tensor::from_shape(&[1, length], &values)?;
            Ok(tensor.cast_to_dt(*datum)?.into_owned().into_tvalue())
        });
        let inputs = inputs.collect::<TractResult<_>>()?;
        // A word that the model does not have is a panic in tract, and nothing of a run outlives it.
        let run = std::panic::catch_unwind(AssertUnwindSafe(|| self.plan.run(inputs)));
        let answers = run.map_err(|_| TractError::msg("it stopped with a panic"))??;
        let answer = answers.first().ok_or_else(|| TractError::msg("it answers nothing"))?;
        let answer = answer.cast_to::<f32>()?;
        let values = answer.to_plain_array_view::<f32>()?.iter().copied().collect();
        Ok((answer.shape().to_vec(), values))
    }
}

fn refused(path: &Path, error: TractError) -> SecondError {
    SecondError::Model { path: path.to_owned(), source: error.into() }
}

fn input(path: &Path, name: &str, trouble: &'static str) -> SecondError {
    SecondError::Input { path: path.to_owned(), input: name.to_owned(), trouble }
}

/// Returns the inputs of `model`, and for how many tokens it was made, if for one number of them.
fn inputs(model: &InferenceModel, path: &Path) -> Result<(Inputs, Option<usize>), SecondError> {
    let mut inputs = Vec::new();
    let mut length = None;
    for outlet in &model.inputs {
        let name = model.node(outlet.node).name.as_str();
        let kind = match name {
            "input_ids" => Input::Ids,
            "attention_mask" => Input::Mask,
            "token_type_ids" => Input::Kinds,
            _ => return Err(input(path, name, "is none that a text has")),
        };
        let fact = model.outlet_fact(*outlet).map_err(|error| refused(path, error))?;
        let datum = fact.datum_type.concretize().unwrap_or(DatumType::I64);
        if !datum.is_integer() {
            return Err(input(path, name, "takes no whole numbers"));
        }
        let dim = |at: usize| fact.shape.dim(at)?.concretize()?.to_usize().ok();
        if fact.shape.rank().concretize().is_some_and(|rank| rank != 2) || dim(0).is_some_and(|dim| dim != 1)
        {
            return Err(input(path, name, "takes no single text"));
        }
        length = length.or(dim(1));
        inputs.push((kind, datum));
    }
    if !inputs.iter().any(|(kind, _)| *kind == Input::Ids) {
        return Err(input(path, "input_ids", "is missing"));
    }
    Ok((inputs, length))
}

/// Makes `model` ready for one text of so many tokens, or of any number.
fn plan(
    mut model: InferenceModel,
    inputs: &[(Input, DatumType)],
    length: Option<usize>,
) -> TractResult<Arc<TypedRunnableModel>> {
    let tokens: TDim = match length {
        Some(length) => length.to_dim(),
        None => model.symbols.sym("tokens").to_dim(),
    };
    for (at, (_, datum)) in inputs.iter().enumerate() {
        model.set_input_fact(at, InferenceFact::dt_shape(*datum, tvec![1.to_dim(), tokens.clone()]))?;
    }
    // What the file says of its answer is often about other lengths.
    let answers = model.outputs.len();
    for at in 0..answers {
        model.set_output_fact(at, InferenceFact::default())?;
    }
    model.into_optimized()?.into_runnable()
}
