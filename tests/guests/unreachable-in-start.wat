;; Crashes while it is instantiated.
(func $crash unreachable)
(start $crash)
