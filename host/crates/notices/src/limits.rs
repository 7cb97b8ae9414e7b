//! Bounds of notices that no setting widens.

use std::time::Duration;

/// Longest key, in characters.
pub const KEY_CHARS_MAX: usize = 200;
/// Bytes of a subject that is sent.
pub const SUBJECT_BYTES_MAX: usize = 200;
/// Bytes of a text that is sent by mail or webhook.
pub const BODY_BYTES_MAX: usize = 64 << 10;
/// Characters of a text for Slack: what it asks for; from 40,000 on it cuts by itself.
pub const SLACK_CHARS_MAX: usize = 4_000;
/// Most addresses of one mail target.
pub const RECIPIENTS_MAX: usize = 50;
/// Attempts of one target at the same time.
pub const AT_ONCE_MAX: u32 = 4;
/// Attempts of one target in a minute, unless the settings say otherwise.
pub const PER_MINUTE: u32 = 60;
/// Longest time of one attempt, whatever it waits for. Shorter than [`LEASE`], so that nobody sends beside us.
pub const ATTEMPT_WAIT_MAX: Duration = Duration::from_secs(90);
/// How long attempts may go on after the order to stop: shorter than the grace that tasks have.
pub const STOP_WAIT: Duration = Duration::from_secs(5);
/// Longest wait for a step of SMTP.
pub const SMTP_WAIT_MAX: Duration = Duration::from_secs(30);
/// How long a notice is ours once claimed.
pub const LEASE: Duration = Duration::from_secs(180);
/// Bytes of an answer to a webhook that are read.
pub const ANSWER_BYTES_MAX: u64 = 4 << 10;
/// Attempts before a notice is given up: with [`PAUSE_MAX`] about two days.
pub const ATTEMPTS_MAX: u32 = 60;
/// Pause after the first failed attempt; it doubles with each.
pub const PAUSE_MIN: Duration = Duration::from_secs(5);
/// Longest pause between two attempts.
pub const PAUSE_MAX: Duration = Duration::from_secs(3_600);
/// Pause before what may have arrived is sent again, under the same key.
pub const UNCERTAIN_PAUSE: Duration = Duration::from_secs(600);
/// How often what may have arrived is sent again by itself.
pub const REPEATS: u32 = 1;
/// Longest rest that a target's `Retry-After` is obeyed.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3_600);
/// Most notices that one digest lists; the rest waits for the next.
pub const DIGEST_NOTICES_MAX: u32 = 200;
/// Bytes of a fault that are kept.
pub const FAULT_BYTES_MAX: usize = 500;
/// Pause of a target for which nothing was due: what is queued meanwhile waits no longer.
pub const ROUND_PAUSE: Duration = Duration::from_secs(1);
/// How long the words of a settled notice are kept.
pub const WORDS_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Bytes of a mail that are read as an answer.
pub const MAIL_BYTES_MAX: usize = 4 << 20;
/// Lines of a mail that are looked at.
pub const MAIL_LINES_MAX: usize = 10_000;
/// Shortest and longest life of a question to an expert.
pub const QUESTION_LIFE_MIN: Duration = Duration::from_secs(3_600);
/// Longest life of a question to an expert.
pub const QUESTION_LIFE_MAX: Duration = Duration::from_secs(30 * 24 * 3_600);
