;; Imports the log of a contract that this host does not speak.
(component (import "admit:policy/log@0.3.0" (instance (export "write" (func)))))
