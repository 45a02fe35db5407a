;; Has a memory of 1 GiB from the start.
(core module $memory (memory (export "memory") 16384))
