use wasmtime::{ResourceLimiter, Result};

/// Bounds what one evaluation may hold, summed over everything in its store.
///
/// Wasmtime's own `StoreLimits` bounds each memory by itself, so that fifty memories pass
/// a limit meant for one.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_limit: u64,
    memory: u64,
    elements: usize,
    exceeded: Option<Exceeded>,
}

/// What an evaluation asked for last and was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    Memory,
    TableElements,
}

impl Limiter {
    /// Core instances in one component; a Python policy has some thirty.
    pub(crate) const INSTANCES: u32 = 100;
    /// Tables in one component.
    pub(crate) const TABLES: u32 = 100;
    /// Linear memories in one component; a JavaScript policy has three.
    pub(crate) const MEMORIES: u32 = 20;
    /// Elements of all tables together.
    pub(crate) const TABLE_ELEMENTS: usize = 20_000;

    pub(crate) fn new(memory_limit: u64) -> Limiter {
        Limiter { memory_limit, memory: 0, elements: 0, exceeded: None }
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
        let fits = memory <= self.memory_limit;
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
        let declared = maximum.filter(|maximum| *maximum < Limiter::TABLE_ELEMENTS);
        if declared.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let elements = self.elements.saturating_add(desired.saturating_sub(current));
        let fits = elements <= Limiter::TABLE_ELEMENTS;
        if fits {
            self.elements = elements;
        }
        self.exceeded = (!fits).then_some(Exceeded::TableElements);
        Ok(fits)
    }

    fn instances(&self) -> usize {
        Limiter::INSTANCES as usize
    }

    fn tables(&self) -> usize {
        Limiter::TABLES as usize
    }

    fn memories(&self) -> usize {
        Limiter::MEMORIES as usize
    }
}
