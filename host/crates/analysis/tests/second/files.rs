//! A tiny model and its tokeniser, written by the test: no Python, no download.
//!
//! The model adds up what each word is worth for each class, those tokens alone that the mask lets pass. ONNX is
//! protobuf, of which a model needs numbers, texts and messages; field numbers are those of `onnx.proto3`.

use std::path::{Path, PathBuf};

/// Words of the tokeniser, with what the model takes them for: negative, neutral, positive.
pub const WORDS: &[(&str, [f32; 3])] = &[
    ("[UNK]", [0.0, 0.25, 0.0]),
    ("good", [-1.0, 0.0, 2.0]),
    ("bad", [2.5, 0.0, -1.0]),
    ("so", [0.0, 1.5, 0.0]),
    ("queue", [1.0, 0.5, 0.0]),
];

const FLOAT: u64 = 1;
pub const INT32: u64 = 6;
pub const INT64: u64 = 7;

/// What the model is like.
#[derive(Clone)]
pub struct Made {
    /// Of which type its inputs are.
    pub datum: u64,
    /// For how many tokens it was made; any number where it does not say.
    pub length: Option<u64>,
    pub inputs: [&'static str; 2],
    /// How many of the words it knows.
    pub words: usize,
}

impl Default for Made {
    fn default() -> Self {
        let inputs = ["input_ids", "attention_mask"];
        Self { datum: INT64, length: None, inputs, words: WORDS.len() }
    }
}

#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn number(mut self, field: u64, number: u64) -> Self {
        self.varint(field << 3);
        self.varint(number);
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    fn message(self, field: u64, message: Self) -> Self {
        self.bytes(field, &message.0)
    }
}

fn node(op: &str, inputs: &[&str], output: &str, attributes: Vec<Message>) -> Message {
    let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
    let node = node.text(2, output).text(3, output).text(4, op);
    attributes.into_iter().fold(node, |node, attribute| node.message(5, attribute))
}

fn number(name: &str, number: u64) -> Message {
    Message::default().text(1, name).number(3, number).number(20, 2)
}

fn numbers(name: &str, number: u64) -> Message {
    Message::default().text(1, name).number(8, number).number(20, 7)
}

fn value(name: &str, datum: u64, dims: &[Option<u64>]) -> Message {
    let dim = |dim: &Option<u64>| match dim {
        Some(size) => Message::default().number(1, *size),
        None => Message::default().text(2, "tokens"),
    };
    let shape = dims.iter().fold(Message::default(), |shape, one| shape.message(1, dim(one)));
    let tensor = Message::default().number(1, datum).message(2, shape);
    Message::default().text(1, name).message(2, Message::default().message(1, tensor))
}

/// Returns the bytes of the model.
pub fn model(made: &Made) -> Vec<u8> {
    let [ids, mask] = made.inputs;
    let worth =
        WORDS[..made.words].iter().flat_map(|(_, worth)| worth.iter().flat_map(|one| one.to_le_bytes()));
    let table = Message::default().number(1, made.words as u64).number(1, 3).number(2, FLOAT);
    let table = table.text(8, "worth").bytes(9, &worth.collect::<Vec<u8>>());
    let dims = [Some(1), made.length];
    let graph = Message::default()
        .message(1, node("Gather", &["worth", ids], "words", vec![]))
        .message(1, node("Cast", &[mask], "counts", vec![number("to", FLOAT)]))
        .message(1, node("Unsqueeze", &["counts"], "times", vec![numbers("axes", 2)]))
        .message(1, node("Mul", &["words", "times"], "counted", vec![]))
        .message(
            1,
            node("ReduceSum", &["counted"], "logits", vec![numbers("axes", 1), number("keepdims", 0)]),
        )
        .text(2, "tiny")
        .message(5, table)
        .message(11, value(ids, made.datum, &dims))
        .message(11, value(mask, made.datum, &dims))
        .message(12, value("logits", FLOAT, &[Some(1), Some(3)]));
    let operators = Message::default().text(1, "").number(2, 11);
    Message::default().number(1, 6).text(2, "hark tests").message(7, graph).message(8, operators).0
}

/// Returns the tokeniser's file: words in lower case, each a token.
pub fn tokenizer() -> String {
    let words: Vec<String> =
        WORDS.iter().enumerate().map(|(at, (word, _))| format!("\"{word}\": {at}")).collect();
    format!(
        r#"{{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
            "normalizer": {{"type": "Lowercase"}}, "pre_tokenizer": {{"type": "Whitespace"}},
            "post_processor": null, "decoder": null,
            "model": {{"type": "WordLevel", "vocab": {{{}}}, "unk_token": "[UNK]"}}}}"#,
        words.join(", ")
    )
}

/// Writes both into `folder`.
pub fn write(folder: &Path, made: &Made) -> [PathBuf; 2] {
    let paths = [folder.join("tiny.onnx"), folder.join("tokenizer.json")];
    std::fs::write(&paths[0], model(made)).unwrap();
    std::fs::write(&paths[1], tokenizer()).unwrap();
    paths
}
