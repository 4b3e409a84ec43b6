"""Settings of the portal, from the environment only."""

SECRET_KEY = "only-for-the-first-commit-of-the-skeleton"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS: list[str] = []
USE_TZ = True
