//! Memory of one guest: all its linear memories counted together, with the peak and what was refused.

use wasmtime::ResourceLimiter;

use crate::limits;

/// Grants growth up to a total, and remembers.
#[derive(Debug)]
pub(crate) struct MemoryMeter {
    limit: usize,
    held: usize,
    peak: usize,
    refused: Option<usize>,
}

impl MemoryMeter {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit, held: 0, peak: 0, refused: None }
    }

    /// Returns the most bytes at one moment.
    pub(crate) const fn peak(&self) -> usize {
        self.peak
    }

    /// Returns the total that was last refused.
    pub(crate) const fn refused(&self) -> Option<usize> {
        self.refused
    }

    /// Returns the limit in bytes.
    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self.held.saturating_add(desired.saturating_sub(current));
        if wanted > self.limit || maximum.is_some_and(|maximum| desired > maximum) {
            self.refused = Some(wanted);
            return Ok(false);
        }
        self.held = wanted;
        self.peak = self.peak.max(wanted);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= limits::TABLE_ELEMENTS_MAX)
    }

    fn instances(&self) -> usize {
        limits::CORE_INSTANCES_MAX as usize
    }

    fn tables(&self) -> usize {
        limits::TABLES_MAX as usize
    }

    fn memories(&self) -> usize {
        limits::MEMORIES_MAX as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_share_one_limit() {
        let mut meter = MemoryMeter::new(10);
        assert!(meter.memory_growing(0, 6, None).unwrap());
        assert!(meter.memory_growing(0, 4, None).unwrap());
        assert!(!meter.memory_growing(6, 7, None).unwrap());
        assert_eq!((meter.peak(), meter.refused()), (10, Some(11)));
    }

    #[test]
    fn no_size_overflows() {
        let mut meter = MemoryMeter::new(usize::MAX - 1);
        assert!(meter.memory_growing(0, 8, None).unwrap());
        assert!(!meter.memory_growing(8, usize::MAX, None).unwrap());
        assert!(meter.memory_growing(8, 4, None).unwrap());
    }
}
