//! Bounds of the connector. Bytes are bytes as they stand on the wire unless said otherwise.

/// Longest line that a server may send outside a literal; a search result is the longest there is.
pub const LINE_BYTES_MAX: usize = 4 << 20;
/// Largest literal beside mails: a file name, a mailbox, a header.
pub const LITERAL_BYTES_MIN: usize = 512 << 10;
/// What one response may hold beside its largest literal.
pub const RESPONSE_SLACK_BYTES: usize = 64 << 10;
/// Most literals in one response.
pub const LITERALS_MAX: usize = 4_096;
/// Most responses to one command that are nothing we asked for.
pub const STRAY_RESPONSES_MAX: u32 = 100_000;

/// How long one read waits for bytes, unless the call must be over before.
pub const READ_MS_MAX: i64 = 20_000;
/// With less time than this left, no new command is sent.
pub const SPARE_MS: i64 = 1_500;

/// How many UIDs one look at sizes covers at first; doubled while a range turns out empty.
pub const RANGE_UIDS_MIN: u32 = 1_000;
/// How many UIDs one look at sizes covers at most.
pub const RANGE_UIDS_MAX: u32 = 1 << 24;
/// Mails that are asked for in one command.
pub const CHUNK_MAILS_MAX: usize = 50;
/// Bytes of mail that are asked for in one command, a single mail apart.
pub const CHUNK_BYTES_MAX: u64 = 2 << 20;
/// Bytes of mail that one call takes in; then it ends with a continuation.
pub const CALL_BYTES_MAX: u64 = 8 << 20;
/// Events of one mail: its author, its conversation, itself.
pub const MAIL_EVENTS_MAX: u32 = 3;

/// Header of a mail that is too large to be fetched whole.
pub const CUT_HEADER_BYTES_MAX: u32 = 128 << 10;
/// Header of a part of a mail that is too large to be fetched whole.
pub const CUT_PART_HEADER_BYTES_MAX: u32 = 16 << 10;
/// Text of a mail that is too large to be fetched whole.
pub const CUT_TEXT_BYTES_MAX: u32 = 256 << 10;
/// Parts of a mail that is too large to be fetched whole.
pub const CUT_PARTS_MAX: usize = 256;

/// Longest native id that the contract allows.
pub const ID_BYTES_MAX: usize = 512;
/// Longest subject or name that is passed on.
pub const LINE_TEXT_BYTES_MAX: usize = 1_000;
/// Most message ids that are read from `References`.
pub const REFERENCES_MAX: usize = 1_000;
/// Most attachments that are described.
pub const ATTACHMENTS_MAX: usize = 256;
/// Most keywords of a mail.
pub const KEYWORDS_MAX: usize = 32;
/// Mails within mails that are taken apart; deeper ones are attachments.
pub const NESTED_MAILS_MAX: usize = 32;

/// How far ahead of its arrival a mail may be dated.
pub const CLOCK_SKEW_MS: i64 = 5 * 60 * 1_000;
/// 1971-01-01: no mail crossed a network before.
pub const FIRST_MAIL_MS: i64 = 31_536_000_000;
/// One day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Most mailboxes of one source.
pub const MAILBOXES_MAX: usize = 64;
/// Longest name of a mailbox.
pub const MAILBOX_NAME_BYTES_MAX: usize = 255;
/// Most mailboxes that the inventory looks into.
pub const DISCOVERED_MAX: usize = 500;
/// Most mailboxes whose last mail the inventory looks up.
pub const DISCOVERED_OPENED_MAX: usize = 50;

/// How many days the first slice of a backfill goes back.
pub const SLICE_DAYS_MIN: u32 = 2;
/// How many days a slice of a backfill goes back at most.
pub const SLICE_DAYS_MAX: u32 = 4_096;
/// A slice with more mails than this is followed by a shorter one.
pub const SLICE_MAILS_MAX: usize = 500;
/// UIDs that are asked about in one command.
pub const LOOKED_UIDS_MAX: usize = 500;

/// Ids that are rechecked together.
pub const RECHECKED_MAX: usize = 50;
/// How far back the mail lies at most that proves that the server finds mails by their Message-ID.
pub const PROOF_UIDS_MAX: u32 = 200;

/// Longest text of a reply.
pub const REPLY_TEXT_BYTES_MAX: usize = 256 << 10;
/// Longest line of a reply that goes out as it is: well under what a server must take.
pub const REPLY_LINE_BYTES_MAX: usize = 900;
/// Length of a line of base64.
pub const BASE64_LINE_BYTES: usize = 76;
/// Most recipients of a reply.
pub const RECIPIENTS_MAX: usize = 50;
/// Most message ids that a reply names as references.
pub const REPLY_REFERENCES_MAX: usize = 50;
/// Longest answer of a submission server.
pub const SMTP_ANSWER_BYTES_MAX: usize = 64 << 10;
