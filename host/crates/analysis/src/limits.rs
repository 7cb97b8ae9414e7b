//! Bounds of the analysis. Bytes are UTF-8 bytes.

/// How much of a text is read for its sentiment. A score is settled long before, and a text of 1 MiB of
/// emoji must not take more than its share.
pub const SCORED_BYTES_MAX: usize = 64 << 10;
/// How much of a text is searched for its author's own words.
pub const SEARCHED_BYTES_MAX: usize = 4 * SCORED_BYTES_MAX;
/// How much of a title is read.
pub const TITLE_BYTES_MAX: usize = 4 << 10;
/// How much of a text is read for its language: more changes nothing.
pub const LANGUAGE_BYTES_MAX: usize = 1 << 10;
/// Most spans that are given as evidence; the strongest are kept.
pub const EVIDENCE_MAX: usize = 32;
/// Least weight of a word that is told as evidence of a model: it gives every word some.
pub const WEIGHT_MIN: f64 = 0.03;
/// Longest word that is looked up, folded; longer than every word of the lexicon.
pub const WORD_BYTES_MAX: usize = 48;
/// Letters of a word that are hashed; the rest of it changes nothing.
pub const WORD_LETTERS_MAX: usize = 32;
/// Longest language tag that is believed.
pub const TAG_BYTES_MAX: usize = 35;

/// Most series that are watched for spikes.
pub const SPIKE_SERIES_MAX: usize = 10_000;
/// After how many bins of five minutes without an item a series is given up: two weeks.
pub const SPIKE_SERIES_QUIET_BINS_MAX: i64 = 14 * 288;

/// Most people that are told to know something.
pub const EXPERTS_MAX: usize = 3;
/// Most people in the index of experts.
pub const EXPERT_PERSONS_MAX: usize = 100_000;
/// Most items in the index of experts, less than 2^22; the oldest tenth goes where one more comes.
pub const EXPERT_ITEMS_MAX: usize = 4_000_000;
/// How long items are in the index of experts at most: three years.
pub const EXPERT_AGE_DAYS_MAX: u16 = 1_095;
/// How much of a text its words are taken from, for the index of experts and questions to it.
pub const EXPERT_TEXT_BYTES_MAX: usize = 8 << 10;
/// Different words of an item that can be asked for.
pub const EXPERT_WORDS_OF_ITEM_MAX: usize = 500;
/// Words of a question that are looked for: the rarest.
pub const EXPERT_WORDS_ASKED_MAX: usize = 16;
/// Items that are looked at for one word of a question: the last that came.
pub const EXPERT_POSTINGS_MAX: usize = 4 << 10;
