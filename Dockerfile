FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

# The text libraries WeasyPrint draws with; fonts are the project's own.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt

COPY . .
RUN useradd --system --uid 10001 --home-dir /data --create-home liangzhun \
    && chown liangzhun /data \
    && DATA_DIR=/tmp/build STATIC_ROOT=/app/staticfiles PUBLIC_URL=https://build.invalid DEMO=0 \
       python manage.py collectstatic --noinput --verbosity=0 --ignore=redoc \
    && rm -rf /tmp/build

USER liangzhun
ENV DATA_DIR=/data STATIC_ROOT=/app/staticfiles HOST=0.0.0.0 DEMO=0
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--only", "web"]
