//! Things in the order of their ids, most of them made only when somebody looks.
//!
//! Holds: a hundred thousand generated things cost nothing until they are read; what was changed or removed
//! stays so.

use std::collections::BTreeMap;
use std::ops::Bound;

/// Things that are made on demand: number `n` of `count` has the id `first + n * step`.
struct Bulk<T> {
    first: u64,
    step: u64,
    count: u64,
    make: Box<dyn Fn(u64) -> T + Send>,
}

/// Things by id; generated ones lie under those that were put there.
pub struct Shelf<T> {
    /// What was put or changed; `None` where a generated thing was removed.
    kept: BTreeMap<u64, Option<T>>,
    bulk: Option<Bulk<T>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), bulk: None }
    }
}

impl<T: Clone> Shelf<T> {
    /// Puts `count` generated things under the others, in the place of any generated before: number `n` is
    /// `make(n)` and has the id `first + n * step`.
    pub fn generate(&mut self, first: u64, step: u64, count: u64, make: impl Fn(u64) -> T + Send + 'static) {
        self.bulk = Some(Bulk { first, step: step.max(1), count, make: Box::new(make) });
    }

    /// Puts a thing, in the place of the one with that id.
    pub fn put(&mut self, id: u64, thing: T) {
        self.kept.insert(id, Some(thing));
    }

    /// Returns the thing with that id.
    pub fn get(&self, id: u64) -> Option<T> {
        match self.kept.get(&id) {
            Some(kept) => kept.clone(),
            None => self.bulk.as_ref().and_then(|bulk| bulk.made(id)),
        }
    }

    /// Removes a thing and returns it.
    pub fn remove(&mut self, id: u64) -> Option<T> {
        let thing = self.get(id);
        self.kept.insert(id, None);
        thing
    }

    /// Changes the thing with that id and returns what `change` returns, `None` if there is none.
    pub fn change<R>(&mut self, id: u64, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut thing = self.get(id)?;
        let answer = change(&mut thing);
        self.put(id, thing);
        Some(answer)
    }

    /// Returns how many things there are.
    pub fn len(&self) -> u64 {
        let of_bulk = self.bulk.as_ref().map_or(0, |bulk| bulk.count);
        let (mut added, mut taken) = (0, 0);
        for (id, thing) in &self.kept {
            let generated = self.bulk.as_ref().is_some_and(|bulk| bulk.number(*id).is_some());
            added += u64::from(thing.is_some() && !generated);
            taken += u64::from(thing.is_none() && generated);
        }
        of_bulk + added - taken
    }

    /// Tells whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the greatest id.
    pub fn last_id(&self) -> Option<u64> {
        self.newest_first(None).next().map(|(id, _)| id)
    }

    /// Goes through the things from the greatest id down, those with ids below `below` only.
    pub fn newest_first(&self, below: Option<u64>) -> impl Iterator<Item = (u64, T)> + '_ {
        let mut below = below;
        std::iter::from_fn(move || {
            loop {
                let id = self.id_before(below)?;
                below = Some(id);
                if let Some(thing) = self.get(id) {
                    return Some((id, thing));
                }
            }
        })
    }

    /// Goes through the things from the smallest id up, those with ids above `above` only.
    pub fn oldest_first(&self, above: Option<u64>) -> impl Iterator<Item = (u64, T)> + '_ {
        let mut above = above;
        std::iter::from_fn(move || {
            loop {
                let id = self.id_after(above)?;
                above = Some(id);
                if let Some(thing) = self.get(id) {
                    return Some((id, thing));
                }
            }
        })
    }

    /// Goes through what was put or changed, from the smallest id up, with ids above `above` only.
    pub fn kept_after(&self, above: u64) -> impl Iterator<Item = (u64, T)> + '_ {
        let later = self.kept.range((Bound::Excluded(above), Bound::Unbounded));
        later.filter_map(|(id, thing)| Some((*id, thing.clone()?)))
    }

    fn id_before(&self, below: Option<u64>) -> Option<u64> {
        let end = below.map_or(Bound::Unbounded, Bound::Excluded);
        let kept = self.kept.range((Bound::Unbounded, end)).next_back().map(|(id, _)| *id);
        kept.max(self.bulk.as_ref().and_then(|bulk| bulk.id_before(below)))
    }

    fn id_after(&self, above: Option<u64>) -> Option<u64> {
        let start = above.map_or(Bound::Unbounded, Bound::Excluded);
        let kept = self.kept.range((start, Bound::Unbounded)).next().map(|(id, _)| *id);
        let made = self.bulk.as_ref().and_then(|bulk| bulk.id_after(above));
        [kept, made].into_iter().flatten().min()
    }
}

impl<T> Bulk<T> {
    fn number(&self, id: u64) -> Option<u64> {
        let past = id.checked_sub(self.first)?;
        (past.is_multiple_of(self.step) && past / self.step < self.count).then_some(past / self.step)
    }

    fn made(&self, id: u64) -> Option<T> {
        self.number(id).map(|number| (self.make)(number))
    }

    fn id_before(&self, below: Option<u64>) -> Option<u64> {
        let numbers = match below {
            Some(below) => below.saturating_sub(self.first).div_ceil(self.step).min(self.count),
            None => self.count,
        };
        numbers.checked_sub(1).map(|number| self.first + number * self.step)
    }

    fn id_after(&self, above: Option<u64>) -> Option<u64> {
        let number = match above {
            Some(above) if above >= self.first => (above - self.first) / self.step + 1,
            _ => 0,
        };
        (number < self.count).then(|| self.first + number * self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_and_kept_things_stand_in_one_order() {
        let mut shelf = Shelf::default();
        shelf.generate(100, 10, 4, |n| format!("made {n}"));
        shelf.put(115, "kept".to_owned());
        shelf.change(120, |text| text.push_str(", edited")).unwrap();
        assert_eq!(shelf.remove(110).as_deref(), Some("made 1"));
        let up: Vec<_> = shelf.oldest_first(None).collect();
        let want = [(100, "made 0"), (115, "kept"), (120, "made 2, edited"), (130, "made 3")];
        assert_eq!(up, want.map(|(id, text)| (id, text.to_owned())));
        let down: Vec<u64> = shelf.newest_first(Some(130)).map(|(id, _)| id).collect();
        assert_eq!(down, [120, 115, 100]);
        assert_eq!(shelf.oldest_first(Some(115)).map(|(id, _)| id).collect::<Vec<_>>(), [120, 130]);
        assert_eq!((shelf.len(), shelf.last_id()), (4, Some(130)));
        assert_eq!((shelf.get(110), shelf.get(111)), (None, None));
        assert_eq!(
            shelf.kept_after(115).map(|(id, _)| id).collect::<Vec<_>>(),
            [120],
            "nor what was removed"
        );
    }

    #[test]
    fn a_hundred_thousand_cost_only_what_is_read() {
        let mut shelf = Shelf::default();
        let made = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let counted = std::sync::Arc::clone(&made);
        shelf.generate(1 << 60, 1 << 22, 100_000, move |n| {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            n
        });
        assert_eq!(shelf.newest_first(None).take(100).last().map(|(_, n)| n), Some(99_900));
        assert_eq!(made.load(std::sync::atomic::Ordering::SeqCst), 100);
    }
}
