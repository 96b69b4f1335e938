"""Endpoints: one module each, with its Request, its Response and `handle(request, worker, job)`."""
