//! Limits on memory, tables and instances, summed over a store.

use admit_core::Limits;
use wasmtime::{ResourceLimiter, Result};

/// Bounds what one evaluation may hold, summed over everything in its store.
///
/// Wasmtime's own `StoreLimits` bounds each memory by itself, so that fifty memories pass
/// a limit meant for one.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    memory: u64,
    elements: u64,
    exceeded: Option<Exceeded>,
}

/// What an evaluation asked for last and was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    Memory,
    TableElements,
}

impl Limiter {
    pub(crate) fn new(limits: &Limits) -> Limiter {
        Limiter { limits: *limits, memory: 0, elements: 0, exceeded: None }
    }

    /// The bytes of all memories together.
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
            // Refused by the memory's own declaration, which is no business of a limit.
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
        // The pool's own maximum is no declaration of the table.
        let ceiling = usize::try_from(Limits::MAX.table_elements).unwrap_or(usize::MAX);
        let declared = maximum.filter(|maximum| *maximum < ceiling);
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
