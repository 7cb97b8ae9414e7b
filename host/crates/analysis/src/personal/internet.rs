//! Addresses of the internet with colons; those with dots are numbers (`number`).
//!
//! Holds: what the standard library reads as an address and is one of somebody's: not `::1`, not the names of
//! programs that are written with colons. Not here: who has it.

use std::net::Ipv6Addr;
use std::ops::Range;

use crate::personal::PersonalKind;
use crate::personal::scan::Scan;

/// Longest address: eight groups of four, the last two perhaps with dots.
const BYTES_MAX: usize = 45;

/// Finds the addresses of version 6 of a text, in what is left of it by what was found already.
pub(crate) fn find(scan: &mut Scan<'_>) {
    let bytes = scan.text.as_bytes();
    let taken: Vec<Range<usize>> = scan.found.iter().map(|found| found.span.clone()).collect();
    let mut bars = taken.iter().peekable();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(|byte| is_part(*byte)).map(|first| at + first) {
        while bars.next_if(|bar| bar.end <= start).is_some() {}
        let bar = bars.peek().map_or(bytes.len()..bytes.len(), |bar| (*bar).clone());
        if bar.start <= start {
            scan.steps += (bar.end - at) as u64;
            at = bar.end;
            continue;
        }
        let len = bytes[start..bar.start].iter().take_while(|byte| is_part(**byte)).count();
        scan.steps += (start - at + len) as u64;
        at = start + len;
        if let Some(len) = address(&scan.text[start..at])
            && !scan.is_joined_before(start)
            && !scan.is_joined_behind(start + len)
        {
            scan.put(PersonalKind::Internet, start..start + len);
        }
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')
}

/// Returns the length of the longest address that `written` begins with, group by group.
fn address(written: &str) -> Option<usize> {
    let mut address = &written[..written.len().min(BYTES_MAX + 1)];
    while address.bytes().filter(|byte| *byte == b':').count() > 1 {
        // What ends with colons is a network, or the end of what was said.
        address = address.trim_end_matches(['.', ':']);
        if let Ok(parsed) = address.parse::<Ipv6Addr>() {
            // `a::b` is a name of a program; a single group with a digit is no machine's address.
            let is_ones = address.bytes().any(|byte| byte.is_ascii_digit())
                && parsed.segments().iter().filter(|group| **group != 0).count() > 1;
            return is_ones.then_some(address.len());
        }
        address = &address[..address.rfind([':', '.'])?];
    }
    None
}
