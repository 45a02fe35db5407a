;; Has two memories of 10 MiB, which pass the limit only together.
(core module $more (memory 160))
(core instance (instantiate $more))
(core instance (instantiate $more))
