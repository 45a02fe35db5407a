;; An import whose name would forge a line of the terminal.
(component (import "url=<x\1b[31mRED\0aerror: fake>" (func)))
