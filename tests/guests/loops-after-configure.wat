;; Accepts its settings, and computes without end when the host has read that.
(func $after-configure (param i32) (call $forever))
