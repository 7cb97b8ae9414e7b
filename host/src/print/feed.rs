//! Items as `hark feed` prints them.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use hark_model::Sentiment;
use hark_store::FeedRow;

use crate::exit::{Done, Exit, Failure};
use crate::print::clean;
use crate::print::source::when;

/// Characters of a text that are printed.
const TEXT_CHARS_MAX: usize = 280;

/// Prints `rows` in their order. A reader that has gone away (`| head`) is no failure.
pub fn feed(rows: &[FeedRow], json: bool) -> Done {
    let mut out = anstream::stdout().lock();
    for row in rows {
        let printed =
            if json { writeln!(out, "{}", hark_web::feed_item(row)) } else { write_row(&mut out, row) };
        match printed {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
            Err(error) => return Err(Failure::of(Exit::Internal, &error)),
        }
    }
    Ok(())
}

fn write_row(out: &mut impl Write, row: &FeedRow) -> std::io::Result<()> {
    let bold = Style::new().bold();
    let dim = Style::new().dimmed();
    let author =
        row.author.as_ref().and_then(|author| author.display_name.as_deref().or(author.handle.as_deref()));
    write!(out, "{dim}{}{dim:#} {:<8} {} ", when(row.published_at), row.zone, row.sources.join(","))?;
    write_sentiment(out, row)?;
    writeln!(
        out,
        " {bold}{}{bold:#}  {}",
        clean::short(author.unwrap_or("?"), 40),
        clean::short(title(row), 80)
    )?;
    writeln!(out, "    {}", clean::short(&row.text, TEXT_CHARS_MAX))?;
    if let Some(decided) = &row.decided {
        let by = clean::short(&decided.who, 40);
        writeln!(out, "    {dim}{} by {by}{dim:#}", decided.label)?;
    }
    write_copies(out, row)?;
    write_route(out, row)?;
    write_service(out, row)
}

fn title(row: &FeedRow) -> &str {
    row.title.as_deref().or(row.conversation_title.as_deref()).unwrap_or_default()
}

fn write_sentiment(out: &mut impl Write, row: &FeedRow) -> std::io::Result<()> {
    let Some(sentiment) = &row.sentiment else { return write!(out, "      ") };
    let style = match sentiment.label {
        Sentiment::Positive => AnsiColor::Green.on_default(),
        Sentiment::Negative => AnsiColor::Red.on_default(),
        Sentiment::Neutral | Sentiment::Unknown => Style::new().dimmed(),
    };
    match sentiment.score {
        Some(score) => write!(out, "{style}{score:+.2}{style:#}"),
        None => write!(out, "{style}  ?  {style:#}"),
    }
}

fn write_copies(out: &mut impl Write, row: &FeedRow) -> std::io::Result<()> {
    let dim = Style::new().dimmed();
    match (&row.copy_of, row.copies) {
        (Some(first), _) => writeln!(out, "    {dim}nearly the same as {}{dim:#}", first.uid),
        (None, 0) => Ok(()),
        (None, copies) => writeln!(out, "    {dim}+{copies} nearly the same{dim:#}"),
    }
}

/// Says what is promised and still open, and what was broken.
fn write_service(out: &mut impl Write, row: &FeedRow) -> std::io::Result<()> {
    let Some(service) = &row.service else { return Ok(()) };
    let mut parts = Vec::new();
    let promises = [
        (
            "first-response",
            "answer",
            service.first_response_due,
            service.first_response_at.or(service.done_at),
        ),
        ("resolve", "end", service.resolve_due, service.done_at),
    ];
    let mut is_broken = false;
    for (promise, shown, due, kept) in promises {
        let broken = service.broken.iter().any(|own| own == promise);
        is_broken |= broken;
        match (due, kept) {
            (_, None) if broken => {
                parts.push(format!("{shown} is late, was due {}", due.map_or_else(String::new, when)))
            }
            (Some(due), None) => parts.push(format!("{shown} due {}", when(due))),
            _ if broken => parts.push(format!("{shown} came late")),
            _ => {}
        }
    }
    if parts.is_empty() {
        return Ok(());
    }
    let style = if is_broken { AnsiColor::Red.on_default() } else { Style::new().dimmed() };
    writeln!(out, "    {style}{}: {}{style:#}", clean::line(&service.level), parts.join("; "))
}

fn write_route(out: &mut impl Write, row: &FeedRow) -> std::io::Result<()> {
    if row.route_reasons.is_empty() {
        return Ok(());
    }
    let cyan = AnsiColor::Cyan.on_default();
    let team = row.team.as_deref().unwrap_or("nobody yet");
    let priority = row.priority.map_or("", |priority| priority.as_str());
    let tags: String = row.tags.iter().map(|tag| format!(" #{}", clean::line(tag))).collect();
    let reasons = row.route_reasons.join(", ");
    writeln!(
        out,
        "    {cyan}-> {} {priority}{cyan:#}{tags} (rule {})",
        clean::line(team),
        clean::line(&reasons)
    )
}
