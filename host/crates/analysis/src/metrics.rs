//! How good labels and scores are, in the field's usual figures.
//!
//! Holds: all figures of labels come from one table of counts. Not here: where the labels come from.

/// How often each label was given for each right one; 0 negative, 1 neutral, 2 positive, 3 none given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Confusion {
    counts: [[u64; 4]; 3],
}

impl Confusion {
    /// Counts a text that is `right` and was called `given`; more than 2 is no label.
    pub fn add(&mut self, right: usize, given: usize) {
        self.counts[right.min(2)][given.min(3)] += 1;
    }

    /// Adds the counts of another table.
    pub fn join(&mut self, other: &Self) {
        let all = self.counts.iter_mut().flatten().zip(other.counts.iter().flatten());
        all.for_each(|(one, other)| *one += other);
    }

    /// Returns how many texts there were.
    pub fn texts(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// Returns how many got no label.
    pub fn unlabelled(&self) -> u64 {
        self.counts.iter().map(|row| row[3]).sum()
    }

    /// Returns the share of the texts of `label` that were called so; 0 without such texts.
    pub fn recall(&self, label: usize) -> f64 {
        share(self.counts[label][label], self.counts[label].iter().sum())
    }

    /// Returns the share of what was called `label` that was so.
    pub fn precision(&self, label: usize) -> f64 {
        share(self.counts[label][label], self.counts.iter().map(|row| row[label]).sum())
    }

    /// Returns the harmonic mean of precision and recall of `label`.
    pub fn f1(&self, label: usize) -> f64 {
        let (precision, recall) = (self.precision(label), self.recall(label));
        if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }

    /// Returns the mean recall of the three labels: the official figure of SemEval-2017 task 4.
    pub fn macro_recall(&self) -> f64 {
        (0..3).map(|label| self.recall(label)).sum::<f64>() / 3.0
    }

    /// Returns the mean F1 of the three labels.
    pub fn macro_f1(&self) -> f64 {
        (0..3).map(|label| self.f1(label)).sum::<f64>() / 3.0
    }

    /// Returns the mean F1 of positive and negative.
    pub fn polar_f1(&self) -> f64 {
        (self.f1(0) + self.f1(2)) / 2.0
    }

    /// Returns the share of texts that got the right label.
    pub fn accuracy(&self) -> f64 {
        share((0..3).map(|label| self.counts[label][label]).sum(), self.texts())
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Returns Pearson's correlation of pairs; nothing where it does not exist.
pub fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (one, other) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut both, mut ones, mut others) = (0.0, 0.0, 0.0);
    for pair in pairs {
        both += (pair.0 - one) * (pair.1 - other);
        ones += (pair.0 - one).powi(2);
        others += (pair.1 - other).powi(2);
    }
    let product = (ones * others).sqrt();
    (product > 0.0).then(|| both / product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_definitions() {
        let mut table = Confusion::default();
        for (right, given, times) in [(0, 0, 3), (0, 1, 1), (1, 1, 2), (1, 2, 2), (2, 2, 1), (2, 3, 1)] {
            (0..times).for_each(|_| table.add(right, given));
        }
        assert_eq!((table.texts(), table.unlabelled()), (10, 1));
        assert!((table.macro_recall() - (0.75 + 0.5 + 0.5) / 3.0).abs() < 1e-12);
        assert!((table.precision(2) - 1.0 / 3.0).abs() < 1e-12);
        assert!((table.f1(0) - 6.0 / 7.0).abs() < 1e-12);
        assert!((table.polar_f1() - (6.0 / 7.0 + 0.4) / 2.0).abs() < 1e-12);
        assert!((table.accuracy() - 0.6).abs() < 1e-12);
        assert_eq!(Confusion::default().macro_f1(), 0.0);
    }

    #[test]
    fn correlation_is_of_lines() {
        let line: Vec<(f64, f64)> = (0..9).map(|n| (f64::from(n), -2.0 * f64::from(n) + 1.0)).collect();
        assert!((correlation(&line).unwrap() + 1.0).abs() < 1e-12);
        assert_eq!(correlation(&[(1.0, 2.0), (1.0, 3.0)]), None);
    }
}
