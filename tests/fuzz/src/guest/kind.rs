//! Types of the contract as they lie in memory, by the component model's canonical ABI.

use wasmparser::PrimitiveValType;
use wasmparser::component_types::{ComponentDefinedType, ComponentValType};
use wasmparser::types::TypesRef;

/// A type with its size and its alignment in bytes.
#[derive(Debug, Clone)]
pub struct Kind {
    pub size: usize,
    pub align: usize,
    pub shape: Shape,
}

/// What a type is made of.
#[derive(Debug, Clone)]
pub enum Shape {
    /// Any bytes do.
    Number,
    Char,
    String,
    List(Box<Kind>),
    /// Fields, each with its name and its place.
    Record(Vec<(String, usize, Kind)>),
    /// Cases, with the place of what they hold.
    Variant(usize, Vec<Option<Kind>>),
    /// As a variant of two cases.
    Result(usize, Vec<Option<Kind>>),
}

impl Kind {
    pub fn of(types: TypesRef<'_>, ty: ComponentValType) -> Self {
        match ty {
            ComponentValType::Primitive(ty) => Self::primitive(ty),
            ComponentValType::Type(id) => Self::defined(types, &types[id]),
        }
    }

    fn primitive(ty: PrimitiveValType) -> Self {
        use PrimitiveValType as P;
        let number = |size| Self { size, align: size, shape: Shape::Number };
        match ty {
            // Any byte but 0 is true.
            P::Bool | P::S8 | P::U8 => number(1),
            P::S16 | P::U16 => number(2),
            P::S32 | P::U32 | P::F32 => number(4),
            P::S64 | P::U64 | P::F64 => number(8),
            P::Char => Self { size: 4, align: 4, shape: Shape::Char },
            P::String => Self { size: 8, align: 4, shape: Shape::String },
            P::ErrorContext => unreachable!("the contract has none"),
        }
    }

    fn defined(types: TypesRef<'_>, ty: &ComponentDefinedType) -> Self {
        use ComponentDefinedType as D;
        let of = |ty: &ComponentValType| Self::of(types, *ty);
        let some = |ty: &Option<ComponentValType>| ty.as_ref().map(of);
        match ty {
            D::Primitive(ty) => Self::primitive(*ty),
            D::Record(record) => {
                Self::record(record.fields.iter().map(|(name, ty)| (name.to_string(), of(ty))))
            }
            D::Tuple(tuple) => Self::record(tuple.types.iter().map(|ty| (String::new(), of(ty)))),
            D::Variant(variant) => {
                Self::variant(variant.cases.values().map(|case| some(&case.ty)).collect(), Shape::Variant)
            }
            D::Enum(cases) => Self::variant(vec![None; cases.len()], Shape::Variant),
            D::Option(ty) => Self::variant(vec![None, Some(of(ty))], Shape::Variant),
            D::Result { ok, err } => Self::variant(vec![some(ok), some(err)], Shape::Result),
            D::List(ty) => Self { size: 8, align: 4, shape: Shape::List(Box::new(of(ty))) },
            other => unreachable!("no answer of the contract has {other:?}"),
        }
    }

    fn record(fields: impl Iterator<Item = (String, Self)>) -> Self {
        let (mut size, mut align, mut placed) = (0_usize, 1, Vec::new());
        for (name, kind) in fields {
            let at = size.next_multiple_of(kind.align);
            size = at + kind.size;
            align = align.max(kind.align);
            placed.push((name, at, kind));
        }
        Self { size: size.next_multiple_of(align), align, shape: Shape::Record(placed) }
    }

    /// The case stands in the first byte: nothing in the contract has more than 256.
    fn variant(cases: Vec<Option<Self>>, shape: fn(usize, Vec<Option<Self>>) -> Shape) -> Self {
        assert!(cases.len() <= 256, "a case in one byte");
        let most = |of: fn(&Self) -> usize| cases.iter().flatten().map(of).max().unwrap_or(0);
        let (size, align) = (most(|kind| kind.size), most(|kind| kind.align).max(1));
        Self { size: (align + size).next_multiple_of(align), align, shape: shape(align, cases) }
    }
}
