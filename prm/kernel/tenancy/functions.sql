create schema if not exists app;

-- How many decimals a currency has.
create or replace function app.currency_scale(code text) returns int immutable parallel safe language sql as $$
  select case when code in ('BIF','CLP','DJF','GNF','ISK','JPY','KMF','KRW','PYG','RWF','UGX','UYI','VND','VUV','XAF','XOF','XPF') then 0
              when code in ('BHD','IQD','JOD','KWD','LYD','OMR','TND') then 3 else 2 end $$;

-- Readers of the context. No context is an error, never an empty answer.
create or replace function app.ctx_tenant() returns uuid stable parallel safe language plpgsql as $$
declare v text := current_setting('app.tenant', true);
begin
  if coalesce(v, '') = '' then raise exception 'no tenant context' using errcode = '42501'; end if;
  return v::uuid;
end $$;

create or replace function app.ctx_scope() returns text stable parallel safe language plpgsql as $$
declare v text := current_setting('app.scope', true);
begin
  if v is null or v not in ('vendor', 'partner') then raise exception 'no tenant context' using errcode = '42501'; end if;
  if v = 'partner' and coalesce(current_setting('app.partners', true), '{}') in ('', '{}') then
    raise exception 'no partner in a partner context' using errcode = '42501';
  end if;
  return v;
end $$;

create or replace function app.ctx_partners() returns uuid[] stable parallel safe language plpgsql as $$
begin
  if app.ctx_scope() = 'vendor' then return '{}'::uuid[]; end if;
  return current_setting('app.partners', true)::uuid[];
end $$;

-- Readers for memberships, which are needed before a tenant is chosen: null instead of an error.
create or replace function app.maybe_tenant() returns uuid stable parallel safe language sql as $$
  select nullif(current_setting('app.tenant', true), '')::uuid $$;
create or replace function app.maybe_user() returns uuid stable parallel safe language sql as $$
  select nullif(current_setting('app.member_user', true), '')::uuid $$;
create or replace function app.maybe_vendor() returns boolean stable parallel safe language sql as $$
  select coalesce(current_setting('app.scope', true), '') = 'vendor' $$;
create or replace function app.maybe_partners() returns uuid[] stable parallel safe language sql as $$
  select coalesce(nullif(current_setting('app.partners', true), ''), '{}')::uuid[] $$;

-- What was stamped, word for word: the program refuses to start when the catalog says something else.
create table if not exists app.stamp (
  kind text not null, place text not null, name text not null, wanted text not null, found text not null,
  primary key (kind, place, name)
);
