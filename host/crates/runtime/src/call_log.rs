//! The log of one call: what a connector says, counted, cut, and made harmless before anybody reads it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hark_egress::SourceGate;
use hark_model::SourceLimits;
use tokio::sync::mpsc::UnboundedSender;

use crate::{CallContext, LogLevel, LogLine, limits};

/// What the SDK's panic hook puts before the message of a panic.
const PANIC: &str = "panic:";
/// What the standard library's own panic hook writes.
const STD_PANIC: &str = "panicked at";

/// The log of one call, shared by the `host` import and WASI's stdout and stderr.
#[derive(Clone)]
pub(crate) struct CallLog(Arc<Mutex<Inner>>);

struct Inner {
    source: String,
    gate: Option<Arc<SourceGate>>,
    sink: Option<UnboundedSender<LogLine>>,
    lines_max: u64,
    line_bytes_max: usize,
    lines: u64,
    dropped: u64,
    panic: Option<String>,
    last_words: Option<String>,
    /// What stdout and stderr wrote behind their last line feed.
    partial: [Vec<u8>; 2],
}

/// One of WASI's two ways to say something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout = 0,
    Stderr = 1,
}

/// What is left of a log when the call is over.
pub(crate) struct LogSummary {
    pub lines: u64,
    pub dropped: u64,
    pub panic: Option<String>,
    pub last_words: Option<String>,
}

impl CallLog {
    pub(crate) fn new(context: &CallContext, limits: &SourceLimits) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            source: context.source.clone(),
            gate: context.gate.clone(),
            sink: context.log.clone(),
            lines_max: limits.log_lines,
            line_bytes_max: usize::try_from(limits.log_line_bytes).unwrap_or(usize::MAX),
            lines: 0,
            dropped: 0,
            panic: None,
            last_words: None,
            partial: [Vec::new(), Vec::new()],
        })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs one message of the `host` import.
    pub(crate) fn line(&self, level: LogLevel, message: &str) {
        self.inner().line(level, message);
    }

    /// Logs what WASI wrote, line by line.
    pub(crate) fn written(&self, stream: Stream, bytes: &[u8]) {
        let mut inner = self.inner();
        let mut pieces = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(piece) = pieces.next() {
            inner.write(stream, piece);
            if pieces.peek().is_some() {
                inner.end_line(stream);
            }
        }
    }

    /// Ends the log: half lines are logged, and drops are told once.
    pub(crate) fn finish(&self) -> LogSummary {
        let mut inner = self.inner();
        for stream in [Stream::Stdout, Stream::Stderr] {
            if !inner.partial[stream as usize].is_empty() {
                inner.end_line(stream);
            }
        }
        if inner.dropped > 0 {
            tracing::warn!(
                target: "connector",
                source = inner.source,
                dropped = inner.dropped,
                "log lines dropped (limit `log_lines` is {})",
                inner.lines_max
            );
        }
        LogSummary {
            lines: inner.lines,
            dropped: inner.dropped,
            panic: inner.panic.take(),
            last_words: inner.last_words.take(),
        }
    }
}

impl Inner {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let partial = &mut self.partial[stream as usize];
        // One byte more than a line may have, so that the cut is seen and marked.
        let room = (self.line_bytes_max + 1).saturating_sub(partial.len());
        partial.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end_line(&mut self, stream: Stream) {
        let bytes = std::mem::take(&mut self.partial[stream as usize]);
        let text = String::from_utf8_lossy(&bytes);
        match stream {
            Stream::Stdout => self.line(LogLevel::Debug, &text),
            Stream::Stderr => self.line(LogLevel::Info, &text),
        }
    }

    fn line(&mut self, level: LogLevel, message: &str) {
        self.remember(level, message);
        if self.lines >= self.lines_max {
            self.dropped += 1;
            return;
        }
        self.lines += 1;
        let text = self.clean(message, self.line_bytes_max);
        let source = &self.source;
        match level {
            LogLevel::Debug => tracing::debug!(target: "connector", source, "{text}"),
            LogLevel::Info => tracing::info!(target: "connector", source, "{text}"),
            LogLevel::Warn => tracing::warn!(target: "connector", source, "{text}"),
            LogLevel::Error => tracing::error!(target: "connector", source, "{text}"),
        }
        if let Some(sink) = &self.sink {
            // Nobody listening any more is no reason to stop the call.
            let _ = sink.send(LogLine { level, text });
        }
    }

    /// Keeps what may explain a crash, also when the line itself is dropped.
    fn remember(&mut self, level: LogLevel, message: &str) {
        if let Some(panic) = message.strip_prefix(PANIC).filter(|_| level == LogLevel::Error) {
            self.panic = Some(self.clean(panic.trim_start(), limits::LAST_WORDS_BYTES_MAX));
        } else if message.contains(STD_PANIC) && self.panic.is_none() {
            self.panic = Some(self.clean(message, limits::LAST_WORDS_BYTES_MAX));
        }
        if !message.trim().is_empty() {
            self.last_words = Some(self.clean(message, limits::LAST_WORDS_BYTES_MAX));
        }
    }

    fn clean(&self, message: &str, bytes_max: usize) -> String {
        let cut = cut(message, bytes_max);
        let mut text = neutral(cut);
        if cut.len() < message.len() {
            text.push('…');
        }
        match &self.gate {
            Some(gate) => gate.scrub(&text),
            None => text,
        }
    }
}

/// Returns the longest start of `text` of at most `bytes_max` bytes.
fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// Returns what the engine or the compiler says in one line: it may quote a component as it is.
pub(crate) fn one_line(words: &str) -> String {
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    neutral(cut(&lines.join(": "), limits::ENGINE_WORDS_BYTES_MAX))
}

/// Writes out what could move the cursor of a terminal, fake a second line or turn the reading direction.
fn neutral(text: &str) -> String {
    let harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => clean.push(' '),
            c if harmful(c) => clean.extend(c.escape_default()),
            c => clean.push(c),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(lines: u64, bytes: u64) -> (CallLog, tokio::sync::mpsc::UnboundedReceiver<LogLine>) {
        let (sink, lines_in) = tokio::sync::mpsc::unbounded_channel();
        let limits = SourceLimits { log_lines: lines, log_line_bytes: bytes, ..SourceLimits::STRICT };
        let context = CallContext { source: "s".to_owned(), log: Some(sink), ..CallContext::default() };
        (CallLog::new(&context, &limits), lines_in)
    }

    #[test]
    fn lines_are_cut_and_made_harmless() {
        let cases = [
            ("plain", "plain"),
            ("two\nlines", "two\\nlines"),
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("\u{202e}txt.exe", "\\u{202e}txt.exe"),
            ("ääääääääää", "ääääääää…"),
        ];
        for (message, want) in cases {
            let (log, mut lines) = log(1, 16);
            log.line(LogLevel::Info, message);
            assert_eq!(lines.try_recv().unwrap().text, want, "message: {message:?}");
        }
    }

    #[test]
    fn words_about_a_component_are_one_line() {
        assert_eq!(
            one_line("no name\n`\u{1b}[2J\u{202e}`\n\n (at 7)\n"),
            "no name: `\\u{1b}[2J\\u{202e}`: (at 7)"
        );
        assert!(one_line(&"\u{1}".repeat(10_000)).len() <= 6 * limits::ENGINE_WORDS_BYTES_MAX);
    }

    #[test]
    fn what_is_too_much_is_counted_and_its_last_words_are_kept() {
        let (log, mut lines) = log(2, 100);
        for message in ["one", "two", "three", "panic: four"] {
            log.line(LogLevel::Error, message);
        }
        let summary = log.finish();
        assert_eq!((summary.lines, summary.dropped), (2, 2));
        assert_eq!(summary.panic.as_deref(), Some("four"));
        assert_eq!(summary.last_words.as_deref(), Some("panic: four"));
        assert_eq!(std::iter::from_fn(|| lines.try_recv().ok()).count(), 2);
    }

    #[test]
    fn written_bytes_become_lines() {
        let (log, mut lines) = log(10, 8);
        log.written(Stream::Stderr, b"a\nb");
        log.written(Stream::Stdout, b"other");
        log.written(Stream::Stderr, b"c\n\xffd");
        log.written(Stream::Stderr, &[b'x'; 100]);
        log.finish();
        let texts: Vec<_> = std::iter::from_fn(|| lines.try_recv().ok()).map(|line| line.text).collect();
        assert_eq!(texts, ["a", "bc", "other", "\u{fffd}dxxxx…"]);
    }
}
