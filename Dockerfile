# One image for web, worker and ticker.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PATH=/srv/venv/bin:$PATH
WORKDIR /srv/sitrep

COPY tools/uv.lock requirements.lock ./
RUN python -m venv /srv/venv \
    && pip install --no-cache-dir --require-hashes -r uv.lock \
    && uv pip install --no-cache --compile-bytecode --python /srv/venv/bin/python --require-hashes -r requirements.lock

COPY . .
# Collecting the static files needs no secret and no database: test mode has neither.
# Compiled once here, or every start of every process compiles all of it again.
RUN python -m compileall -q . \
    && SITREP_MODE=test STATIC_MANIFEST=yes python manage.py collectstatic --no-input \
    && useradd --system --home /srv/sitrep sitrep \
    && mkdir -p /srv/public /srv/var && chown sitrep /srv/public /srv/var
USER sitrep
EXPOSE 8000
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "config.wsgi:application"]
