//! Limits on memory, tables and instances, summed over a store.

use admit_core::Limits;
use wasmtime::{ResourceLimiter, Result};

/// Limits the resources of one evaluation, summed over its store.
///
/// Wasmtime's own `StoreLimits` limits each memory on its own, so that fifty memories would pass a
/// limit meant for one.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    memory: u64,
    elements: u64,
    exceeded: Option<Exceeded>,
}

/// The resource that an evaluation was refused last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    Memory,
    TableElements,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Limiter {
        Limiter { limits: *limits, memory: 0, elements: 0, exceeded: None }
    }

    /// Returns the size of all memories together in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.memory
    }

    pub(crate) fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            // The memory's own maximum refuses this, not the limit.
            return Ok(false);
        }
        let memory = self.memory + (desired.saturating_sub(current)) as u64;
        let fits = memory <= self.limits.memory.bytes();
        if fits {
            self.memory = memory;
        }
        self.exceeded = (!fits).then_some(Exceeded::Memory);
        Ok(fits)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool> {
        // The maximum of the pool is not one that the table declares.
        let max = usize::try_from(Limits::MAX.table_elements).unwrap_or(usize::MAX);
        let declared = maximum.filter(|maximum| *maximum < max);
        if declared.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let elements = self.elements.saturating_add(desired.saturating_sub(current) as u64);
        let fits = elements <= u64::from(self.limits.table_elements);
        if fits {
            self.elements = elements;
        }
        self.exceeded = (!fits).then_some(Exceeded::TableElements);
        Ok(fits)
    }

    fn instances(&self) -> usize {
        self.limits.instances as usize
    }

    fn tables(&self) -> usize {
        self.limits.tables as usize
    }

    fn memories(&self) -> usize {
        self.limits.memories as usize
    }
}
