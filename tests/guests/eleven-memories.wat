;; Has eleven memories besides that of the policy itself, all of them empty.
(core module $more (memory 0))
(core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more))
(core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more))
