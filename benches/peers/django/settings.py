"""The members page as a careful Django would show it, over the very tables of the benchmark."""

import os
from pathlib import Path
from urllib.parse import urlsplit

SECRET_KEY = "only for the benchmark"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "console.urls"
INSTALLED_APPS = ["console"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
USE_TZ = True

url = os.environ["PEER_DATABASE"]
if url.startswith("postgres"):
    parts = urlsplit(url)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": parts.hostname,
            "PORT": parts.port,
            "USER": parts.username,
            "NAME": parts.path.lstrip("/"),
            "CONN_MAX_AGE": None,
        }
    }
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": url, "CONN_MAX_AGE": None}}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # The frame of the page (head.html and tail.html) is made by the benchmark.
        "DIRS": [Path(__file__).parent / "console" / "templates", os.environ["PEER_FRAME"]],
    }
]
