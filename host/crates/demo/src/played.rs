//! The platforms that are played: X, the company's page on Facebook and the staff forum, each a double of its
//! own on loopback.
//!
//! Holds: a double's clock is this machine's; nothing commands a double from outside this process; one that is
//! full takes no more. Not here: how a platform answers, and what a scene is as its operation.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hark_doubles::{Double, Options, StartError};
use hark_lifecycle::Shutdown;
use serde_json::{Value, json};

use crate::limits;
use crate::said::{self, Known};
use crate::stage::{Arrival, Channel, now_ms};
use crate::story::{Deed, Scene};

/// Why something is not said on a played platform.
#[derive(Debug, thiserror::Error)]
pub enum PlayedError {
    /// The double does not start.
    #[error("the played {0} does not start")]
    Start(&'static str, #[source] StartError),
    /// It was ordered to stop.
    #[error("the played platforms have stopped")]
    Stopped,
    /// As much was said as is kept.
    #[error("{0} is full")]
    Full(&'static str),
    /// What a scene answers or changes was never said.
    #[error("{channel} has no {key:?} to answer or to change")]
    Unknown {
        /// Where.
        channel: &'static str,
        /// What.
        key: String,
    },
    /// The double refuses.
    #[error("{channel} refuses {key:?}")]
    Refused {
        /// Where.
        channel: &'static str,
        /// Which scene.
        key: String,
        /// Why.
        #[source]
        why: hark_doubles::ControlError,
    },
}

/// The played platforms; empty when they have stopped.
pub(crate) struct Played(Mutex<HashMap<Channel, Place>>);

/// One platform, and what was said on it.
struct Place {
    channel: Channel,
    double: Double,
    known: HashMap<String, Known>,
    /// Keys of what was said last, oldest first.
    recent: VecDeque<String>,
    /// Who has a name there.
    people: HashSet<String>,
}

impl std::fmt::Debug for Played {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Played")
    }
}

impl Played {
    /// Starts all of them on free ports, with nothing said yet.
    pub fn start(seed: u64) -> Result<Self, PlayedError> {
        let place = |channel| Ok((channel, Place::start(channel, seed)?));
        let places = Channel::PLAYED.into_iter().map(place).collect::<Result<_, PlayedError>>()?;
        Ok(Self(Mutex::new(places)))
    }

    /// Returns where a platform is, as `http://127.0.0.1:<port>`; "" when it has stopped.
    pub fn address(&self, channel: Channel) -> String {
        self.places().get(&channel).map(|place| place.double.base_url()).unwrap_or_default()
    }

    /// Says or does what the scene tells; `id` names it in an arrival that has no id of the platform.
    pub fn play(&self, scene: &Scene, at_ms: i64) -> Result<Arrival, PlayedError> {
        self.places().get_mut(&scene.channel).ok_or(PlayedError::Stopped)?.play(scene, at_ms)
    }

    /// Returns keys of what was said last on a platform, oldest first.
    pub fn recent(&self, channel: Channel) -> Vec<String> {
        self.places().get(&channel).map(|place| place.recent.iter().cloned().collect()).unwrap_or_default()
    }

    /// Lets the clocks go with this machine's until ordered to stop, then stops the platforms.
    pub async fn go(&self, shutdown: Shutdown) {
        loop {
            tokio::select! {
                biased;
                () = shutdown.ordered() => break,
                () = tokio::time::sleep(TICK) => self.tick(),
            }
        }
        self.places().clear();
    }

    fn tick(&self) {
        for place in self.places().values() {
            place.double.clock().set(now_ms());
            // The log is for tests; it would grow for as long as the demo runs.
            if let Err(error) = place.double.try_control(json!({ "op": "clear-log" })) {
                tracing::warn!(%error, "the log of a played platform goes on growing");
            }
        }
    }

    fn places(&self) -> std::sync::MutexGuard<'_, HashMap<Channel, Place>> {
        // Each place is valid after every step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far a played platform's clock may be behind.
const TICK: Duration = Duration::from_secs(1);

impl Place {
    fn start(channel: Channel, seed: u64) -> Result<Self, PlayedError> {
        let options = Options { seed, now_ms: now_ms(), port: 0, control: false };
        let double = Double::start(said::platform(channel), options);
        let double = double.map_err(|error| PlayedError::Start(channel.as_str(), error))?;
        let (known, recent, people) = (HashMap::new(), VecDeque::new(), HashSet::new());
        let place = Self { channel, double, known, recent, people };
        place.ask("the furniture", said::furniture(channel))?;
        Ok(place)
    }

    fn ask(&self, key: &str, operation: Value) -> Result<Value, PlayedError> {
        self.double.try_control(operation).map_err(|why| PlayedError::Refused {
            channel: self.channel.as_str(),
            key: key.to_owned(),
            why,
        })
    }

    fn play(&mut self, scene: &Scene, at_ms: i64) -> Result<Arrival, PlayedError> {
        self.double.clock().set(at_ms);
        let about =
            match &scene.re {
                None => None,
                Some(key) => Some(self.known.get(key).cloned().ok_or_else(|| PlayedError::Unknown {
                    channel: self.channel.as_str(),
                    key: key.clone(),
                })?),
            };
        let played = match (scene.deed, about) {
            (Deed::Say | Deed::Whisper, about) => self.say(scene, about.as_ref())?,
            (_, None) => {
                return Err(PlayedError::Unknown { channel: self.channel.as_str(), key: String::new() });
            }
            (deed, Some(about)) => {
                self.ask(&scene.key, said::change(scene, &about))?;
                if deed == Deed::Delete {
                    self.recent.retain(|key| Some(key) != scene.re.as_ref());
                }
                about
            }
        };
        Ok(Arrival { channel: self.channel, deed: scene.deed, id: played.id, title: played.title, at_ms })
    }

    fn say(&mut self, scene: &Scene, about: Option<&Known>) -> Result<Known, PlayedError> {
        if self.known.len() >= limits::PLAYED_ITEMS_MAX {
            return Err(PlayedError::Full(self.channel.as_str()));
        }
        let answer = self.ask(&scene.key, said::insert(scene, about))?;
        if self.people.insert(scene.name.clone())
            && let Some(naming) = said::naming(scene)
        {
            self.ask(&scene.key, naming)?;
        }
        let known = said::known(scene, about, &answer);
        self.known.insert(scene.key.clone(), known.clone());
        if self.recent.len() == limits::RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(scene.key.clone());
        Ok(known)
    }
}
