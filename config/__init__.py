"""The roof: settings, urls, the ticker, Celery; the only place that knows every room."""
