//! One thing that is given up, and how far.

/// How far a measure is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// In force.
    On,
    /// In force in part; says what is missing.
    Partly(String),
    /// Not in force; says why.
    Off(String),
}

impl State {
    /// Makes the state of a measure that is not in force because of `why`.
    pub fn off(why: impl Into<String>) -> Self {
        Self::Off(why.into())
    }

    /// Returns why the measure is not wholly in force.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::On => None,
            Self::Partly(why) | Self::Off(why) => Some(why),
        }
    }

    /// Returns the word that machines read: `on`, `partly` or `off`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Partly(_) => "partly",
            Self::Off(_) => "off",
        }
    }
}

/// One thing that is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// One of [`Measure::NAMES`].
    pub name: &'static str,
    /// How far it is in force.
    pub state: State,
}

impl Measure {
    /// All measures, in the order in which they are told.
    pub const NAMES: [&'static str; 7] =
        ["privileges", "user", "dumps", "files", "ports", "programs", "system-calls"];

    /// Makes a measure.
    pub fn new(name: &'static str, state: State) -> Self {
        Self { name, state }
    }

    /// Returns what the measure means, for people.
    pub fn meaning(&self) -> &'static str {
        match self.name {
            "privileges" => "no program that is started can gain rights",
            "user" => "runs as a user without rights of the system",
            "dumps" => "memory is neither dumped nor read by other processes of the same user",
            "files" => "only the files that the configuration names can be opened",
            "ports" => "only the addresses of the configuration can be listened on",
            "programs" => "no program can be started",
            _ => {
                "calls that serve no purpose here are refused: tracing, mounts, modules, kernel keys, odd sockets"
            }
        }
    }
}
