#!/bin/bash
# Run once by the image, on an empty data folder: the owner, who migrates, and the plain role of the program.
# Neither is a superuser or passes by row security. What the program may touch is granted table by table by migrate.
set -euo pipefail
psql --no-psqlrc -v ON_ERROR_STOP=1 -v owner_password="$PRM_OWNER_PASSWORD" -v app_password="$PRM_APP_PASSWORD" \
     --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE prm_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE prm_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE prm OWNER prm_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE prm FROM PUBLIC;
GRANT CONNECT ON DATABASE prm TO prm_app;
SQL
