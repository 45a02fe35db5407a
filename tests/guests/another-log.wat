;; Imports more from the log than there is.
(component (import "admit:policy/log@0.1.0" (instance (export "erase" (func)))))
