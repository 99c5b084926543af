# Build: the locked packages into one folder. No compiler and no Node are needed.
FROM python:3.11-slim-bookworm AS build
COPY requirements.txt /requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /requirements.txt

FROM python:3.11-slim-bookworm
# Debian's own security fixes are wanted at each build, so these are not held at one version.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
       fonts-liberation2 libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 virtualschool \
    && useradd --system --uid 10001 --gid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin virtualschool \
    && install --directory --owner virtualschool --group virtualschool --mode 0700 /data
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/tmp/cache \
    DATA_DIR=/data
WORKDIR /app
COPY . .
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--workers", "3", "--no-control-socket", "virtualschool.wsgi"]
