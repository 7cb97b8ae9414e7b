//! What is handed to the store of persons who can be asked.

/// Who is meant by a name or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// As people know them; kept where nothing is known yet.
    pub name: Option<String>,
    /// Where they can be written to; whoever has this address is that person.
    pub email: Option<String>,
}
