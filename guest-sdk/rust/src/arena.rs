//! The global allocator of a policy.
//!
//! An instance lives for one call, so nothing is ever given back but the last
//! block. What is free when the instance starts, behind the stack and the static
//! data, is used first. A sign-up that fits there costs no system call.

#![expect(
    unsafe_code,
    reason = "a global allocator cannot be had without, nor the address where the heap begins"
)]

use std::alloc::{GlobalAlloc, Layout};
use std::arch::wasm32::{memory_grow, memory_size};
use std::cell::UnsafeCell;
use std::ops::Range;
use std::ptr;

use crate::bump::{Bump, Memory};

#[cfg(target_feature = "atomics")]
compile_error!("a policy has one thread, and its allocator counts on that");

#[global_allocator]
static ARENA: Arena = Arena(UnsafeCell::new(None));

struct Arena(UnsafeCell<Option<Bump>>);

// SAFETY: without the target feature `atomics` there is one thread.
unsafe impl Sync for Arena {}

impl Arena {
    /// The blocks of this instance, once there is one.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "there is one thread, and nothing holds two of them")]
    fn blocks(&self) -> &mut Option<Bump> {
        // SAFETY: there is one thread, and nothing that has this allocates: no second reference.
        unsafe { &mut *self.0.get() }
    }
}

// SAFETY: `Bump` hands out places that are aligned, inside the memory, and
// disjoint from each other for as long as they are not released.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let address = match self.blocks() {
            Some(bump) => bump.place(layout, &mut LinearMemory),
            nothing => first(nothing, layout),
        };
        match address {
            Some(address) => ptr::with_exposed_provenance_mut(address),
            None => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(bump) = self.blocks() else { return };
        if bump.are_settings(block.addr()) {
            // Zeros are not part of the memory that a configured policy starts from.
            // SAFETY: the caller gives the whole block back.
            unsafe { ptr::write_bytes(block, 0, layout.size()) };
        }
        bump.release(block.addr(), layout);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if let Some(bump) = self.blocks()
            && bump.resize(block.addr(), layout, size, &mut LinearMemory)
        {
            return block;
        }
        // SAFETY: the caller vouches for the size, and the alignment is that of a layout.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both blocks are live, disjoint and at least that long: a block
            // is moved only to grow.
            unsafe { ptr::copy_nonoverlapping(block, moved, layout.size()) };
        }
        moved
    }
}

/// Runs once an instance, and is too big to be inlined into every allocation.
#[cold]
#[inline(never)]
fn first(arena: &mut Option<Bump>, layout: Layout) -> Option<usize> {
    arena.insert(Bump::new(initial_heap())).place_first(layout, &mut LinearMemory)
}

/// The memory of the instance, which grows in steps so that it grows seldom.
struct LinearMemory;

const PAGE: usize = 64 * 1024;
const STEP: usize = 4;

impl Memory for LinearMemory {
    // Rare, and too big to be inlined into every allocation.
    #[cold]
    #[inline(never)]
    fn extend(&mut self, bytes: usize) -> Option<Range<usize>> {
        let needed = bytes.div_ceil(PAGE);
        // Near the limit of its memory, a policy still gets the few bytes that it needs.
        grow(needed.max(STEP)).or_else(|| grow(needed))
    }
}

fn grow(pages: usize) -> Option<Range<usize>> {
    let before = memory_grow::<0>(pages);
    // `usize::MAX` means that the memory cannot grow.
    let start = before.checked_mul(PAGE)?;
    let end = start.saturating_add(pages.saturating_mul(PAGE));
    Some(start..end)
}

fn initial_heap() -> Range<usize> {
    unsafe extern "C" {
        /// Made by the linker: the first address behind the stack and the data.
        static __heap_base: u8;
    }
    let start = (&raw const __heap_base).expose_provenance();
    start..memory_size::<0>().saturating_mul(PAGE)
}
