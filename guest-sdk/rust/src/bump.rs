//! The arithmetic of a bump allocator, on plain addresses.

use std::alloc::Layout;
use std::ops::Range;

/// Where an allocator finds more memory.
pub(crate) trait Memory {
    /// Adds at least a number of bytes and returns the addresses that were added.
    fn extend(&mut self, bytes: usize) -> Option<Range<usize>>;
}

/// Places one block behind the other.
///
/// Only the last block can be released or resized in place. That is enough for a
/// vector that grows, and for a text that is made, used and dropped.
///
/// A large block that comes before all others is the text of the settings: it is placed
/// so that what is made of it comes to lie before it. Once it is released, all that is
/// in use is in one piece, and none of it is the text.
#[derive(Debug)]
pub(crate) struct Bump {
    free: Range<usize>,
    /// Where the large text of the settings begins; nowhere if there is none.
    settings: usize,
}

/// From this size on, a text of settings is large.
const LARGE: usize = 32 * 1024;

const NOWHERE: usize = usize::MAX;

impl Bump {
    /// Places blocks in `free`, and then in what the memory adds.
    pub(crate) const fn new(free: Range<usize>) -> Self {
        Self { free, settings: NOWHERE }
    }

    /// Finds a place for the block that comes before all others.
    pub(crate) fn place_first(
        &mut self,
        layout: Layout,
        memory: &mut impl Memory,
    ) -> Option<usize> {
        if layout.size() >= LARGE
            && let Some(address) = self.place_last(layout, memory)
        {
            return Some(address);
        }
        self.place(layout, memory)
    }

    /// Finds a place for a block and returns its address.
    #[inline]
    pub(crate) fn place(&mut self, layout: Layout, memory: &mut impl Memory) -> Option<usize> {
        loop {
            let start = self.free.start.checked_next_multiple_of(layout.align())?;
            let end = start.checked_add(layout.size())?;
            if end <= self.free.end {
                self.free.start = end;
                return Some(start);
            }
            self.extend(end - self.free.end, memory)?;
        }
    }

    /// Finds a place at the end of the free space, with as much before it as it takes.
    fn place_last(&mut self, layout: Layout, memory: &mut impl Memory) -> Option<usize> {
        let both = layout.size().checked_mul(2)?.checked_add(layout.align())?;
        if self.free.len() < both {
            self.extend(both - self.free.len(), memory)?;
        }
        let room = self.free.len().checked_sub(layout.size())?;
        let start = (self.free.start + room) & !(layout.align() - 1);
        if start < self.free.start {
            return None;
        }
        self.settings = start;
        self.free.end = start;
        Some(start)
    }

    /// Resizes a block in place and tells whether that was possible.
    pub(crate) fn resize(
        &mut self,
        address: usize,
        old: Layout,
        size: usize,
        memory: &mut impl Memory,
    ) -> bool {
        if !self.is_last(address, old) {
            return size <= old.size();
        }
        let Some(end) = address.checked_add(size) else {
            return false;
        };
        if end > self.free.end
            && (self.extend(end - self.free.end, memory).is_none()
                // Memory was added elsewhere: the block is no longer the last one.
                || !self.is_last(address, old))
        {
            return false;
        }
        self.free.start = end;
        true
    }

    /// Takes a block back if it is the last one.
    pub(crate) fn release(&mut self, address: usize, layout: Layout) {
        if self.is_last(address, layout) {
            self.free.start = address;
        } else if self.are_settings(address) {
            self.settings = NOWHERE;
            if self.free.end == address {
                self.free.end += layout.size();
            }
        }
    }

    /// Whether a block is the large text of the settings.
    pub(crate) fn are_settings(&self, address: usize) -> bool {
        self.settings == address
    }

    fn is_last(&self, address: usize, layout: Layout) -> bool {
        address + layout.size() == self.free.start
    }

    fn extend(&mut self, bytes: usize, memory: &mut impl Memory) -> Option<()> {
        let added = memory.extend(bytes)?;
        if added.start == self.free.end {
            self.free.end = added.end;
        } else {
            self.free = added;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds the ranges that it was given, in their order.
    struct Ranges<'a>(&'a [(usize, usize)]);

    impl Memory for Ranges<'_> {
        fn extend(&mut self, _: usize) -> Option<Range<usize>> {
            let (&(start, end), rest) = self.0.split_first()?;
            self.0 = rest;
            Some(start..end)
        }
    }

    fn no_more() -> Ranges<'static> {
        Ranges(&[])
    }

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    #[test]
    fn blocks_are_aligned_and_do_not_overlap() {
        let mut bump = Bump::new(101..200);
        assert_eq!(bump.place(layout(3, 1), &mut no_more()), Some(101));
        assert_eq!(bump.place(layout(8, 8), &mut no_more()), Some(104));
        assert_eq!(bump.place(layout(1, 1), &mut no_more()), Some(112));
        assert_eq!(bump.place(layout(16, 16), &mut no_more()), Some(128));
        assert_eq!(bump.place(layout(56, 4), &mut no_more()), Some(144));
        assert_eq!(bump.place(layout(1, 1), &mut no_more()), None);
    }

    #[test]
    fn a_block_that_does_not_fit_changes_nothing() {
        let mut bump = Bump::new(0..100);
        assert_eq!(bump.place(layout(101, 1), &mut no_more()), None);
        assert_eq!(bump.place(layout(isize::MAX as usize, 1), &mut no_more()), None);
        assert_eq!(bump.place(layout(100, 1), &mut no_more()), Some(0));
    }

    #[test]
    fn an_address_beyond_the_last_one_is_not_reached() {
        let mut bump = Bump::new(usize::MAX - 10..usize::MAX);
        assert_eq!(bump.place(layout(100, 1), &mut no_more()), None);
        assert_eq!(bump.place(layout(1, 64), &mut no_more()), None);
        assert_eq!(bump.place(layout(5, 1), &mut no_more()), Some(usize::MAX - 10));
        assert!(!bump.resize(usize::MAX - 10, layout(5, 1), 100, &mut no_more()));
    }

    #[test]
    fn more_memory_behind_continues_the_free_space() {
        let mut bump = Bump::new(0..100);
        let mut memory = Ranges(&[(100, 200), (200, 300)]);
        assert_eq!(bump.place(layout(80, 1), &mut memory), Some(0));
        assert_eq!(bump.place(layout(80, 1), &mut memory), Some(80));
        // One added range is too small for this block: it takes the next as well.
        assert_eq!(bump.place(layout(140, 1), &mut memory), Some(160));
        assert_eq!(bump.place(layout(1, 1), &mut memory), None);
    }

    #[test]
    fn more_memory_elsewhere_starts_anew() {
        let mut bump = Bump::new(0..100);
        let mut memory = Ranges(&[(500, 600)]);
        assert_eq!(bump.place(layout(80, 1), &mut memory), Some(0));
        assert_eq!(bump.place(layout(80, 8), &mut memory), Some(504));
    }

    #[test]
    fn the_last_block_is_resized_in_place() {
        let mut bump = Bump::new(0..100);
        let mut memory = Ranges(&[(100, 200)]);
        assert_eq!(bump.place(layout(10, 1), &mut memory), Some(0));
        assert!(bump.resize(0, layout(10, 1), 50, &mut memory));
        assert!(bump.resize(0, layout(50, 1), 150, &mut memory));
        assert!(bump.resize(0, layout(150, 1), 20, &mut memory));
        assert_eq!(bump.place(layout(10, 1), &mut memory), Some(20));
    }

    #[test]
    fn a_block_before_the_last_one_only_shrinks() {
        let mut bump = Bump::new(0..100);
        assert_eq!(bump.place(layout(10, 1), &mut no_more()), Some(0));
        assert_eq!(bump.place(layout(10, 1), &mut no_more()), Some(10));
        assert!(!bump.resize(0, layout(10, 1), 11, &mut no_more()));
        assert!(bump.resize(0, layout(10, 1), 5, &mut no_more()));
        assert_eq!(bump.place(layout(10, 1), &mut no_more()), Some(20));
    }

    #[test]
    fn a_block_does_not_grow_into_memory_elsewhere() {
        let mut bump = Bump::new(0..100);
        let mut memory = Ranges(&[(500, 600)]);
        assert_eq!(bump.place(layout(90, 1), &mut memory), Some(0));
        assert!(!bump.resize(0, layout(90, 1), 150, &mut memory));
        assert_eq!(bump.place(layout(10, 1), &mut memory), Some(500));
    }

    #[test]
    fn what_is_made_of_large_settings_comes_before_them() {
        let mut bump = Bump::new(100..1_000);
        let mut memory = Ranges(&[(1_000, 200_000), (200_000, 300_000)]);
        let settings = layout(40_000, 1);
        assert_eq!(bump.place_first(settings, &mut memory), Some(160_000));
        assert!(bump.are_settings(160_000));
        assert_eq!(bump.place(layout(1_000, 8), &mut memory), Some(104));
        assert!(bump.resize(104, layout(1_000, 8), 100_000, &mut memory));
        bump.release(160_000, settings);
        // All that is free is in one piece again.
        assert_eq!(bump.place(layout(99_000, 8), &mut memory), Some(100_104));
    }

    #[test]
    fn large_settings_are_left_behind_by_what_does_not_fit_before_them() {
        let mut bump = Bump::new(100..1_000);
        let mut memory = Ranges(&[(1_000, 100_000), (100_000, 300_000)]);
        let settings = layout(40_000, 1);
        assert_eq!(bump.place_first(settings, &mut memory), Some(60_000));
        assert_eq!(bump.place(layout(150_000, 8), &mut memory), Some(100_000));
        bump.release(60_000, settings);
        assert_eq!(bump.place(layout(10, 1), &mut memory), Some(250_000));
    }

    #[test]
    fn large_settings_are_placed_somewhere_where_there_is_little_memory() {
        let mut bump = Bump::new(0..50_000);
        assert_eq!(bump.place_first(layout(40_000, 1), &mut no_more()), Some(0));
        assert!(!bump.are_settings(0));
    }

    #[test]
    fn only_what_comes_first_is_settings() {
        let mut bump = Bump::new(0..500_000);
        assert_eq!(bump.place_first(layout(1, 1), &mut no_more()), Some(0));
        assert_eq!(bump.place(layout(40_000, 1), &mut no_more()), Some(1));
    }

    #[test]
    fn the_last_block_is_taken_back() {
        let mut bump = Bump::new(0..100);
        assert_eq!(bump.place(layout(10, 1), &mut no_more()), Some(0));
        assert_eq!(bump.place(layout(10, 1), &mut no_more()), Some(10));
        bump.release(0, layout(10, 1));
        assert_eq!(bump.place(layout(10, 1), &mut no_more()), Some(20));
        bump.release(20, layout(10, 1));
        assert_eq!(bump.place(layout(10, 1), &mut no_more()), Some(20));
    }
}
