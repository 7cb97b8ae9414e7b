//! What a run of a stream has read and what it reads next: pure, no requests.
//!
//! Holds: the top is looked at first and again and again, so that new posts do not wait for a backlog; the newest
//! hole is read before older ones; every page leaves a position from which nothing is missed.

use hark_sdk::prelude::*;

use crate::manifest::Stream;
use crate::model::Page;
use crate::position::{Floor, Hole, Position};
use crate::{ids, limits};

/// A run, and where it goes on if it is cut.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What is read.
    pub position: Position,
    /// X's token of the next page.
    ahead: Option<Ahead>,
    /// When what is newer was last looked at.
    looked_at: Option<Ms>,
    way: Way,
    /// Until when X has nothing left for us.
    pub limited_until: Option<Ms>,
}

/// Which way a run goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Way {
    #[default]
    Onward,
    Back,
    /// Back, and at the end of it.
    Over,
}

/// A page that is announced, with the range that its token was given for: X wants both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ahead {
    token: String,
    part: Part,
    floor: Floor,
    until_id: Option<String>,
}

/// Which part of a stream a page is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// What is newer than everything that is known.
    Top,
    /// The newest hole.
    Hole,
}

/// What is asked for: above a floor, below a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    pub part: Part,
    pub floor: Floor,
    pub until_id: Option<String>,
    pub token: Option<String>,
}

/// A span that X shows no more, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub since: Option<Ms>,
    pub until: Option<Ms>,
    pub why: String,
}

impl Run {
    /// Begins to read what is new: from `floor`, if nothing is known.
    pub fn onward(mut position: Position, floor: Ms) -> Self {
        if position.floor.time().is_none() && position.floor.since_id.is_none() {
            position.floor = Floor::at(floor);
        }
        Self { position, ..Self::default() }
    }

    /// Begins to read what is old, or goes on below where it was.
    pub fn back(mut position: Position, since: Option<Ms>) -> Self {
        if position.holes.is_empty() {
            position.holes.push(Hole::default());
        }
        for hole in &mut position.holes {
            hole.floor.since_ms = hole.floor.since_ms.max(since);
        }
        Self { position, way: Way::Back, ..Self::default() }
    }

    /// Reads a continuation.
    pub fn read(continuation: Option<&[u8]>) -> Result<Option<Self>, Fault> {
        cursor::read(crate::position::VERSION, continuation)
    }

    /// Writes it as a continuation.
    pub fn write(&self) -> Result<Vec<u8>, Fault> {
        cursor::write(crate::position::VERSION, self)
    }

    /// Lifts every floor to `edge`, under which search finds nothing. Returns the holes that are lost whole.
    pub fn lift(&mut self, edge: Ms) -> Vec<Lost> {
        let Position { floor, holes, .. } = &mut self.position;
        let mut lifted = self.way == Way::Onward && floor.lift(edge);
        for hole in &mut *holes {
            lifted |= hole.floor.lift(edge);
        }
        // A token holds for the range it was given for, which is refused now.
        if lifted {
            self.ahead = None;
        }
        let until = |hole: &Hole| hole.until_id.as_deref().and_then(ids::time_of).filter(|at| *at <= edge);
        let lost = |hole: &Hole| {
            let until = Some(until(hole)?);
            Some(Lost { until, ..lost_at_edge(&hole.floor)? })
        };
        let all: Vec<Lost> = holes.iter().filter_map(lost).collect();
        match self.way {
            Way::Onward => holes.retain(|hole| until(hole).is_none()),
            Way::Back if holes.iter().any(|hole| until(hole).is_some()) => self.way = Way::Over,
            Way::Back | Way::Over => {}
        }
        all
    }

    /// Returns what is asked for next, none at the end of the run.
    pub fn next(&self, now: Ms) -> Option<Range> {
        let Position { floor, holes, .. } = &self.position;
        let is_due = self.looked_at.is_none_or(|at| at + limits::LOOK_MS <= now);
        let part = match (self.way, holes.last()) {
            (Way::Over, _) | (Way::Back, None) => return None,
            (Way::Onward, None) if self.looked_at.is_some() => return None,
            (Way::Back, Some(_)) => Part::Hole,
            // Where there are too many holes, one is closed before another can be made.
            (Way::Onward, Some(_)) if !is_due || holes.len() >= limits::HOLES_MAX => Part::Hole,
            (Way::Onward, _) => Part::Top,
        };
        if let Some(Ahead { token, floor, until_id, .. }) =
            self.ahead.as_ref().filter(|ahead| ahead.part == part)
        {
            let (floor, until_id) = (floor.clone(), until_id.clone());
            return Some(Range { part, floor, until_id, token: Some(token.clone()) });
        }
        let (floor, until_id) = match (part, holes.last()) {
            (Part::Hole, Some(hole)) => (hole.floor.clone(), hole.until_id.clone()),
            _ => (floor.clone(), None),
        };
        Some(Range { part, floor, until_id, token: None })
    }

    /// Takes note of a page that was asked for as `range` at `now`. Returns what is lost for good, if a part is
    /// at its end.
    pub fn take(&mut self, stream: Stream, range: Range, page: Page, now: Ms) -> Option<Lost> {
        for hole in &mut self.position.holes {
            hole.newer += page.count;
        }
        let Range { part, floor, until_id, .. } = range;
        let is_last = page.is_last;
        let next_part = if part == Part::Top && page.oldest.is_none() { Part::Top } else { Part::Hole };
        self.ahead = page.next_token.clone().map(|token| Ahead { token, part: next_part, floor, until_id });
        match part {
            // X may announce more after a page with nothing in it.
            Part::Top if page.oldest.is_none() && !is_last => None,
            Part::Top => self.look(page, is_last, now),
            Part::Hole => {
                let hole = self.position.holes.last_mut()?;
                hole.until_id = page.oldest.or(hole.until_id.take());
                if is_last { self.close(stream) } else { None }
            }
        }
    }

    /// The top was looked at: what is above the page is known, what is below may be a hole.
    fn look(&mut self, page: Page, is_last: bool, now: Ms) -> Option<Lost> {
        self.looked_at = Some(now);
        let settled = now - limits::SETTLED_MS;
        let old = std::mem::take(&mut self.position.floor);
        let since_id = page.newest.or_else(|| old.since_id.clone());
        let newest_at = since_id.as_deref().and_then(ids::time_of);
        let since_ms = Some(old.since_ms.map_or(settled, |at| at.max(settled)));
        let since_ms = since_ms.filter(|at| newest_at.is_none_or(|newest| newest < *at));
        self.position.floor = Floor { since_id, since_ms, lost_ms: None };
        if is_last {
            return lost_at_edge(&old);
        }
        self.position.holes.push(Hole { floor: old, until_id: page.oldest, newer: page.count });
        None
    }

    /// The newest hole has no further page.
    fn close(&mut self, stream: Stream) -> Option<Lost> {
        let hole = self.position.holes.pop()?;
        if self.way == Way::Back {
            self.way = Way::Over;
            // Stays, as the place to go on below.
            let floor = Floor { lost_ms: None, ..hole.floor.clone() };
            self.position.holes.push(Hole { newer: 0, floor, ..hole.clone() });
        }
        let beyond = if stream == Stream::Mentions { beyond_reach(&hole) } else { None };
        lost_at_edge(&hole.floor).or(beyond)
    }

    /// X refuses the range: its token, or a floor that is too old. Tells whether there is another to try.
    pub fn refused(&mut self, part: Part, edge: Ms) -> bool {
        if self.ahead.take().is_some() {
            return true;
        }
        let hole = self.position.holes.last_mut().filter(|_| part == Part::Hole);
        let floor = hole.map_or(&mut self.position.floor, |hole| &mut hole.floor);
        let has_id = floor.since_id.is_some();
        if has_id {
            floor.lift_to(edge);
        }
        has_id
    }
}

fn lost_at_edge(floor: &Floor) -> Option<Lost> {
    let why = "search reaches back seven days, and this is older".to_owned();
    Some(Lost { since: Some(floor.lost_ms?), until: floor.since_ms, why })
}

/// X does not say that a timeline ends because it shows no more of it, so what might be lost is told as lost.
fn beyond_reach(hole: &Hole) -> Option<Lost> {
    let Hole { floor, until_id, newer } = hole;
    let why = || {
        let most = limits::MENTIONS_REACH;
        format!(
            "X shows the {most} newest mentions at most, and {newer} were seen: older ones may be missing"
        )
    };
    let is_far = *newer > limits::MENTIONS_REACH - limits::PAGE_MAX;
    is_far.then(|| Lost {
        since: floor.time(),
        until: until_id.as_deref().and_then(ids::time_of),
        why: why(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Answer;

    const NOW: Ms = 1_784_928_203_000;

    fn id(number: u64) -> String {
        ((u64::try_from(NOW - 1_288_834_974_657).unwrap() << 22) + number).to_string()
    }

    fn page(ids: &[u64], next: Option<&str>) -> Answer {
        let data: Vec<_> = ids.iter().map(|number| json!({ "id": id(*number) })).collect();
        Answer::deserialize(json!({ "data": data, "meta": { "next_token": next } })).unwrap()
    }

    fn take(run: &mut Run, now: Ms, ids: &[u64], next: Option<&str>) -> Range {
        let range = run.next(now).unwrap();
        assert_eq!(run.take(Stream::Search, range.clone(), page(ids, next).page(), now), None);
        range
    }

    #[test]
    fn a_backlog_leaves_a_hole_and_new_posts_are_read_before_it_is_filled() {
        let mut run = Run::onward(Position::default(), NOW - 1);
        assert_eq!(take(&mut run, NOW, &[90, 80], Some("a")).part, Part::Top);
        assert_eq!(take(&mut run, NOW, &[70, 60], Some("b")).token.as_deref(), Some("a"));
        // A minute later the top comes first; then the hole goes on below the last post.
        let later = NOW + limits::LOOK_MS;
        let top = take(&mut run, later, &[99, 98], Some("c"));
        assert_eq!((top.part, top.token, top.floor.since_id), (Part::Top, None, Some(id(90))));
        let upper = take(&mut run, later, &[97], None);
        assert_eq!((upper.token.as_deref(), upper.floor.since_id), (Some("c"), Some(id(90))));
        // A run that began anew, from the cursor alone, knows as much.
        let again = Run::onward(run.position.clone(), 0);
        assert_eq!(again.position, run.position);
        let lower = take(&mut run, later, &[50], None);
        assert_eq!((lower.until_id, lower.token, lower.floor), (Some(id(60)), None, Floor::at(NOW - 1)));
        assert_eq!((run.next(later), run.position.holes.len()), (None, 0));
        assert_eq!(run.position.floor.since_id, Some(id(99)));
    }

    #[test]
    fn a_page_of_which_not_all_was_taken_goes_on_by_id() {
        let mut run = Run::onward(Position::default(), NOW - 1);
        let range = run.next(NOW).unwrap();
        let cut = page(&[90, 80, 70], None).page_of_newest(2);
        assert_eq!(run.take(Stream::Search, range, cut, NOW), None);
        let range = take(&mut run, NOW, &[70], None);
        assert_eq!((range.token, range.until_id), (None, Some(id(80))));
        assert_eq!((run.next(NOW), run.position.floor.since_id), (None, Some(id(90))));
    }

    #[test]
    fn an_empty_page_that_announces_more_is_no_end() {
        let mut run = Run::onward(Position::default(), NOW - 1);
        take(&mut run, NOW, &[], Some("a"));
        let range = take(&mut run, NOW, &[5, 4], None);
        assert_eq!((range.part, range.token.as_deref()), (Part::Top, Some("a")));
        assert_eq!((run.next(NOW), run.position.floor.since_id), (None, Some(id(5))));
    }

    #[test]
    fn with_too_many_holes_one_is_closed_first() {
        let hole = |at: usize| Hole { until_id: Some(id(at as u64)), ..Hole::default() };
        let holes: Vec<Hole> = (1..=limits::HOLES_MAX).map(hole).collect();
        let mut run = Run::onward(Position { holes, ..Position::default() }, NOW);
        assert_eq!(take(&mut run, NOW, &[], None).part, Part::Hole);
        assert_eq!(run.next(NOW).map(|range| range.part), Some(Part::Top));
    }

    #[test]
    fn what_x_refuses_is_asked_for_otherwise_or_not_at_all() {
        let mut run = Run::onward(Position::default(), NOW - 1);
        take(&mut run, NOW, &[9], Some("a"));
        assert!(run.refused(Part::Hole, NOW));
        let range = run.next(NOW).unwrap();
        assert_eq!((range.token, range.until_id), (None, Some(id(9))));
        assert!(!run.refused(Part::Hole, NOW), "there is no other way");
        assert!(run.refused(Part::Top, NOW + 5), "a post that is too old has a time");
        assert_eq!(run.position.floor.since_ms, Some(NOW + 5));
    }
}
