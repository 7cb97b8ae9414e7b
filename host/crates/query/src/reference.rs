//! The reference of the fields, made from the table: for the README, for `--help`, for the help of the web page.

use std::fmt::Write;

use crate::field::{FIELDS, FieldInfo, Values};
use crate::flag::FlagInfo;

/// Returns the fields as a table in Markdown: name, meaning with units, what it takes, an example.
pub fn fields_in_markdown() -> String {
    let mut text = "| field | asks for | takes | for example |\n|---|---|---|---|\n".to_owned();
    for info in FIELDS {
        // Writing into a string does not fail.
        let _ = writeln!(
            text,
            "| `{}:` | {}{} | {} | `{}` |",
            info.name,
            info.meaning,
            if info.is_stored { "" } else { " (not stored yet: refused)" },
            taken(info),
            info.example
        );
    }
    text
}

/// What a field takes; of flags, what each means.
fn taken(info: &FieldInfo) -> String {
    match info.values {
        Values::Flags(flags) => flags.iter().map(flag).collect::<Vec<_>>().join("; "),
        _ => info.takes(),
    }
}

fn flag(info: &FlagInfo) -> String {
    format!("`{}`: items that {}", info.word, info.clause)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Filter;

    #[test]
    fn the_readme_has_the_table_of_fields() {
        let readme = std::fs::read_to_string("README.md").unwrap();
        let table = fields_in_markdown();
        assert!(readme.contains(&table), "README.md needs this table:\n{table}");
    }

    #[test]
    fn the_readme_names_every_bound() {
        let readme = std::fs::read_to_string("README.md").unwrap();
        use crate::limits as l;
        for bound in [
            format!("{} bytes", l::FILTER_BYTES_MAX),
            format!("{} words and values", l::TERMS_MAX),
            format!("{} deep", l::DEPTH_MAX),
            format!("{} words of a phrase", l::PHRASE_WORDS_MAX),
            format!("{} words between", l::NEAR_WORDS_MAX),
            format!("{} words and phrases of one `NEAR`", l::NEAR_PHRASES_MAX),
            format!("{} letters before a star", l::PREFIX_CHARS_MIN),
            format!("{} entries of all lists", l::LIST_ENTRIES_MAX),
            format!("{} bytes of a value", l::VALUE_BYTES_MAX),
        ] {
            assert!(readme.contains(&bound), "README.md does not name the bound {bound:?}");
        }
    }

    /// Lines in a block of `text` are a filter, then spaces and what it means.
    #[test]
    fn every_filter_of_the_readme_can_be_read() {
        let readme = std::fs::read_to_string("README.md").unwrap();
        let blocks = readme.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("text\n"));
        let filters: Vec<&str> =
            blocks.flat_map(str::lines).map(|line| line.split("   ").next().unwrap_or(line)).collect();
        assert!(filters.len() >= 12, "{filters:?}");
        for filter in filters {
            let filter = filter.replace("@file:brands.txt", "brand").replace("@file:bots.txt", "bot");
            if let Err(error) = filter.parse::<Filter>() {
                panic!("{}", error.show(&filter));
            }
        }
        for info in FIELDS {
            assert!(info.example.parse::<Filter>().is_ok(), "{}", info.example);
        }
    }
}
