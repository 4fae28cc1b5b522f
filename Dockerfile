# syntax=docker/dockerfile:1

# The locked packages and the hashed static files are made here; nothing of the making stays in the image.
FROM python:3.13-slim-trixie AS made
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/liangzhun
ENV PATH=/opt/liangzhun/bin:$PATH
WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY . .
RUN DATA_DIR=/tmp/build STATIC_ROOT=/app/staticfiles PUBLIC_URL=https://build.invalid DEMO=0 \
    python manage.py collectstatic --noinput --verbosity=0 --ignore=redoc

FROM python:3.13-slim-trixie
# The text libraries WeasyPrint draws with (the fonts are the project's own, in metrology/fonts), and the client
# programs of PostgreSQL 17 for backup and restore: the same release as the server in docker-compose.yml.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /data liangzhun \
    && install -d -o liangzhun -g liangzhun -m 0750 /data /backups

COPY --from=made /opt/liangzhun /opt/liangzhun
COPY --from=made /app /app

ENV PATH=/opt/liangzhun/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 DEMO=0 DATA_DIR=/data BACKUP_DIR=/backups STATIC_ROOT=/app/staticfiles
WORKDIR /app
USER 10001:10001
VOLUME ["/data", "/backups"]
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--only", "web"]
