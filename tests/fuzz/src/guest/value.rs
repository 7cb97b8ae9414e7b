//! Answers as they lie in a guest's memory: of the right type, or wrong in a place that the host must see.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::kind::{Kind, Shape};
use super::parrot::{Deed, HEAD_BYTES, MEMORY_END, PIECE_AT, ZEROS_AT};

/// Largest piece of memory that is made up.
const PIECE_BYTES_MAX: usize = 16 << 10;
/// Most elements of a list, as long as they are made up one by one.
const LIST_MAX: usize = 8;
/// One byte in so many makes something wrong.
const WRONG: u8 = 0xff;

/// A piece of memory that holds an answer.
#[derive(Debug)]
pub struct Said {
    /// The memory.
    pub piece: Vec<u8>,
    /// What is wrong in it, first of all; the host must not take it.
    pub wrong: Option<&'static str>,
    /// It points at more than it holds, so that it may be more than a host takes.
    pub is_large: bool,
    /// The answer, where it is a result, is a fault.
    pub is_fault: bool,
}

/// Makes up an answer, with arbitrary arguments for the deed before it.
pub fn say(answer: &Kind, deed: Deed, u: &mut Unstructured<'_>) -> Result<Said> {
    let piece = vec![0; HEAD_BYTES as usize];
    let mut writer = Writer { u, said: Said { piece, wrong: None, is_large: false, is_fault: false } };
    if !matches!(deed, Deed::Nothing) {
        for at in (8..HEAD_BYTES as usize).step_by(8) {
            let argument = writer.argument()?;
            writer.put(at, &argument.to_le_bytes());
        }
    }
    let at = writer.room(answer.size, answer.align);
    writer.value(answer, at)?;
    if let Shape::Result(..) = answer.shape {
        writer.said.is_fault = writer.said.piece[at] == 1;
    }
    let mut address = PIECE_AT + at as u32;
    if writer.goes_wrong("address of the answer")? {
        address = writer.bad_address(answer.size, answer.align)?;
    }
    writer.put(0, &address.to_le_bytes());
    writer.put(4, &deed.code().to_le_bytes());
    Ok(writer.said)
}

/// Says what an honest connector would that has no streams: texts where there must be some, and nothing else.
pub fn describe(manifest: &Kind) -> Vec<u8> {
    let Shape::Record(fields) = &manifest.shape else { unreachable!("a manifest is a record") };
    let mut piece = vec![0; HEAD_BYTES as usize + manifest.size];
    for (name, offset, kind) in fields {
        let text = match name.as_str() {
            "config-schema" => "{}",
            _ if matches!(kind.shape, Shape::String) => "parrot",
            _ => continue,
        };
        let at = HEAD_BYTES as usize + offset;
        let address = PIECE_AT + piece.len() as u32;
        piece[at..at + 4].copy_from_slice(&address.to_le_bytes());
        piece[at + 4..at + 8].copy_from_slice(&(text.len() as u32).to_le_bytes());
        piece.extend_from_slice(text.as_bytes());
    }
    piece[..4].copy_from_slice(&(PIECE_AT + HEAD_BYTES).to_le_bytes());
    piece
}

struct Writer<'u, 'd> {
    u: &'u mut Unstructured<'d>,
    said: Said,
}

impl Writer<'_, '_> {
    /// Makes room; returns where in the piece.
    fn room(&mut self, size: usize, align: usize) -> usize {
        // The piece begins at a multiple of all alignments.
        let at = self.said.piece.len().next_multiple_of(align);
        self.said.piece.resize(at + size, 0);
        at
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.said.piece[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn is_full(&self) -> bool {
        self.said.piece.len() > PIECE_BYTES_MAX
    }

    fn goes_wrong(&mut self, what: &'static str) -> Result<bool> {
        let is_wrong = u8::arbitrary(self.u)? == WRONG;
        if is_wrong {
            self.said.wrong.get_or_insert(what);
        }
        Ok(is_wrong)
    }

    /// Often an address, or a length that fits behind one.
    fn argument(&mut self) -> Result<u64> {
        Ok(match self.u.int_in_range(0..=3)? {
            0 => self.u.int_in_range(0..=64)?,
            1 => u64::from(PIECE_AT) + self.u.int_in_range::<u64>(0..=4_096)?,
            2 => u64::from(ZEROS_AT) + self.u.int_in_range::<u64>(0..=u64::from(MEMORY_END - ZEROS_AT))?,
            _ => self.u.arbitrary()?,
        })
    }

    /// An address at which nothing of `size` bytes lies, or nothing that is aligned.
    fn bad_address(&mut self, size: usize, align: usize) -> Result<u32> {
        if align > 1 && self.u.arbitrary()? {
            return Ok(PIECE_AT + 1);
        }
        let first = MEMORY_END - u32::try_from(size).unwrap_or(MEMORY_END) + 1;
        let at = self.u.int_in_range(first..=u32::MAX)?;
        Ok((at / align as u32 * align as u32).max(first))
    }

    fn value(&mut self, kind: &Kind, at: usize) -> Result<()> {
        match &kind.shape {
            Shape::Number => self.number(at, kind.size),
            Shape::Char => self.character(at),
            Shape::String => self.string(at),
            Shape::List(kind) => self.list(kind, at),
            Shape::Record(fields) => {
                fields.iter().try_for_each(|(_, offset, kind)| self.value(kind, at + offset))
            }
            Shape::Variant(payload, cases) | Shape::Result(payload, cases) => self.case(*payload, cases, at),
        }
    }

    fn number(&mut self, at: usize, bytes: usize) -> Result<()> {
        let number: u64 = if bytes == 1 { u8::arbitrary(self.u)?.into() } else { self.u.arbitrary()? };
        self.put(at, &number.to_le_bytes()[..bytes]);
        Ok(())
    }

    fn character(&mut self, at: usize) -> Result<()> {
        let mut character: u32 = char::arbitrary(self.u)?.into();
        if self.goes_wrong("character")? {
            character = self.u.int_in_range(0xd800..=0xdfff)?;
        }
        self.put(at, &character.to_le_bytes());
        Ok(())
    }

    /// Writes one of these cases.
    fn case(&mut self, payload: usize, cases: &[Option<Kind>], at: usize) -> Result<()> {
        let last = cases.len() - 1;
        let mut case = if self.is_full() { 0 } else { self.u.int_in_range(0..=last)? };
        if let Some(kind) = &cases[case] {
            self.value(kind, at + payload)?;
        }
        if last < usize::from(u8::MAX) && self.goes_wrong("case")? {
            case = self.u.int_in_range(last + 1..=usize::from(u8::MAX))?;
        }
        self.put(at, &[case as u8]);
        Ok(())
    }

    fn string(&mut self, at: usize) -> Result<()> {
        if self.u.int_in_range(0..=15)? == 15 {
            return self.zeros(at, 1, 1);
        }
        let length = if self.is_full() { 0 } else { self.u.arbitrary_len::<u8>()?.min(64) };
        let length = length.min(self.u.len());
        let mut bytes = self.u.bytes(length)?.to_owned();
        if std::str::from_utf8(&bytes).is_err() {
            // What is wrong is wrong on purpose, or as good as never would all be right.
            bytes.iter_mut().for_each(|byte| *byte &= 0x7f);
        }
        if self.goes_wrong("string")? {
            bytes.push(0xc3);
        }
        let place = self.room(bytes.len(), 1);
        self.put(place, &bytes);
        self.reference(at, place, bytes.len(), 1, 1)
    }

    fn list(&mut self, kind: &Kind, at: usize) -> Result<()> {
        let (size, align) = (kind.size, kind.align);
        let choice = self.u.int_in_range(0..=15)?;
        // Zeros are any type's first case, number and empty list, at any length.
        if choice == 15 {
            return self.zeros(at, size, align);
        }
        let length = if self.is_full() { 0 } else { self.u.int_in_range(0..=LIST_MAX)? };
        let place = self.room(length * size, align);
        for element in 0..length {
            self.value(kind, place + element * size)?;
        }
        self.reference(at, place, length, size, align)
    }

    /// Points at nothing but zeros, perhaps many.
    fn zeros(&mut self, at: usize, size: usize, align: usize) -> Result<()> {
        let most = (MEMORY_END - ZEROS_AT) as usize / size;
        let length = self.u.int_in_range(0..=most)?;
        self.said.is_large = true;
        self.reference(at, (ZEROS_AT - PIECE_AT) as usize, length, size, align)
    }

    /// Writes the address and the length of what lies at `place`.
    fn reference(&mut self, at: usize, place: usize, length: usize, size: usize, align: usize) -> Result<()> {
        let mut address = PIECE_AT + place as u32;
        let mut length = length as u32;
        if self.goes_wrong("length")? {
            // From wherever it begins, it reaches beyond memory.
            length = self.u.int_in_range(MEMORY_END / size as u32 + 1..=u32::MAX)?;
        } else if length > 0 && self.goes_wrong("address")? {
            address = self.bad_address(length as usize * size, align)?;
        }
        self.put(at, &address.to_le_bytes());
        self.put(at + 4, &length.to_le_bytes());
        Ok(())
    }
}
