// Made by tools/genSecretRules.ts from gitleaks b58d3f102cf3; its notice stands in docs/dependencies.md. Do not edit.

export interface ScannerRule {
  readonly id: string;
  readonly source: string;
  readonly ignoreCase: boolean;
  /** Least Shannon entropy of the token, in bits per character. */
  readonly entropy: number;
  /** In lower case; a text without any of them cannot match. */
  readonly keywords: readonly string[];
}

export const SCANNER_RULES: readonly ScannerRule[] = [
  {
    id: '1password-secret-key',
    source: '\\bA3-[A-Z0-9]{6}-(?:(?:[A-Z0-9]{11})|(?:[A-Z0-9]{6}-[A-Z0-9]{5}))-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}\\b',
    ignoreCase: false,
    entropy: 3.8,
    keywords: ['a3-'],
  },
  {
    id: '1password-service-account-token',
    source: 'ops_eyJ[a-zA-Z0-9+/]{250,550}={0,3}',
    ignoreCase: false,
    entropy: 4,
    keywords: ['ops_'],
  },
  {
    id: 'adafruit-api-key',
    source:
      '(?:adafruit)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9_-]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['adafruit'],
  },
  {
    id: 'adobe-client-id',
    source:
      '(?:adobe)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['adobe'],
  },
  {
    id: 'adobe-client-secret',
    source: '\\b(p8e-[a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['p8e-'],
  },
  {
    id: 'age-secret-key',
    source: 'AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}',
    ignoreCase: false,
    entropy: 0,
    keywords: ['age-secret-key-1'],
  },
  {
    id: 'airtable-api-key',
    source:
      '(?:airtable)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{17})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['airtable'],
  },
  {
    id: 'airtable-personnal-access-token',
    source: '\\b(pat[A-Za-z0-9]{14}\\.[a-f0-9]{64})\\b',
    ignoreCase: false,
    entropy: 0,
    keywords: ['airtable'],
  },
  {
    id: 'algolia-api-key',
    source:
      '(?:algolia)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['algolia'],
  },
  {
    id: 'alibaba-access-key-id',
    source: '\\b(LTAI[a-z0-9]{20})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['ltai'],
  },
  {
    id: 'alibaba-secret-key',
    source:
      '(?:alibaba)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{30})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['alibaba'],
  },
  {
    id: 'anthropic-admin-api-key',
    source: '\\b(sk-ant-admin01-[a-zA-Z0-9_\\-]{93}AA)(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 0,
    keywords: ['sk-ant-admin01'],
  },
  {
    id: 'anthropic-api-key',
    source: '\\b(sk-ant-api03-[a-zA-Z0-9_\\-]{93}AA)(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 0,
    keywords: ['sk-ant-api03'],
  },
  {
    id: 'artifactory-api-key',
    source: '\\bAKCp[A-Za-z0-9]{69}\\b',
    ignoreCase: false,
    entropy: 4.5,
    keywords: ['akcp'],
  },
  {
    id: 'artifactory-reference-token',
    source: '\\bcmVmd[A-Za-z0-9]{59}\\b',
    ignoreCase: false,
    entropy: 4.5,
    keywords: ['cmvmd'],
  },
  {
    id: 'asana-client-id',
    source:
      '(?:asana)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9]{16})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['asana'],
  },
  {
    id: 'asana-client-secret',
    source:
      '(?:asana)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['asana'],
  },
  {
    id: 'atlassian-api-token',
    source:
      '(?:(?:ATLASSIAN|[Aa]tlassian)|(?:CONFLUENCE|[Cc]onfluence)|(?:JIRA|[Jj]ira))(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{20}[a-f0-9]{4})(?:[\\x60\'"\\s;]|\\\\[nr]|$)|\\b(ATATT3[A-Za-z0-9_\\-=]{186})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3.5,
    keywords: ['atlassian', 'confluence', 'jira', 'atatt3'],
  },
  {
    id: 'authress-service-client-access-key',
    source:
      '\\b((?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\\.[a-z0-9]{4,6}\\.(?:acc)[_-][a-z0-9-]{10,32}\\.[a-z0-9+/_=-]{30,120})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['sc_', 'ext_', 'scauth_', 'authress_'],
  },
  {
    id: 'aws-access-token',
    source: '\\b((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\\b',
    ignoreCase: false,
    entropy: 3,
    keywords: ['a3t', 'akia', 'asia', 'abia', 'acca'],
  },
  {
    id: 'aws-amazon-bedrock-api-key-long-lived',
    source: '\\b(ABSK[A-Za-z0-9+/]{109,269}={0,2})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['absk'],
  },
  {
    id: 'aws-amazon-bedrock-api-key-short-lived',
    source: 'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t',
    ignoreCase: false,
    entropy: 3,
    keywords: ['bedrock-api-key-'],
  },
  {
    id: 'azure-ad-client-secret',
    source: '(?:^|[\\\\\'"\\x60\\s>=:(,)])([a-zA-Z0-9_~.]{3}\\dQ~[a-zA-Z0-9_~.-]{31,34})(?:$|[\\\\\'"\\x60\\s<),])',
    ignoreCase: false,
    entropy: 3,
    keywords: ['q~'],
  },
  {
    id: 'beamer-api-token',
    source:
      '(?:beamer)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(b_[a-z0-9=_\\-]{44})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['beamer'],
  },
  {
    id: 'bitbucket-client-id',
    source:
      '(?:bitbucket)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['bitbucket'],
  },
  {
    id: 'bitbucket-client-secret',
    source:
      '(?:bitbucket)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9=_\\-]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['bitbucket'],
  },
  {
    id: 'bittrex-access-key',
    source:
      '(?:bittrex)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['bittrex'],
  },
  {
    id: 'bittrex-secret-key',
    source:
      '(?:bittrex)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['bittrex'],
  },
  {
    id: 'cisco-meraki-api-key',
    source:
      '(?:[\\w.-]{0,50}?(?:(?:[Mm]eraki|MERAKI))(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3})(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9a-f]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['meraki'],
  },
  {
    id: 'clickhouse-cloud-api-secret-key',
    source: '\\b(4b1d[A-Za-z0-9]{38})\\b',
    ignoreCase: false,
    entropy: 3,
    keywords: ['4b1d'],
  },
  {
    id: 'clojars-api-token',
    source: 'CLOJARS_[a-z0-9]{60}',
    ignoreCase: true,
    entropy: 2,
    keywords: ['clojars_'],
  },
  {
    id: 'cloudflare-api-key',
    source:
      '(?:cloudflare)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9_-]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['cloudflare'],
  },
  {
    id: 'cloudflare-global-api-key',
    source:
      '(?:cloudflare)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{37})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['cloudflare'],
  },
  {
    id: 'cloudflare-origin-ca-key',
    source: '\\b(v1\\.0-[a-f0-9]{24}-[a-f0-9]{146})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['cloudflare', 'v1.0-'],
  },
  {
    id: 'codecov-access-token',
    source:
      '(?:codecov)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['codecov'],
  },
  {
    id: 'cohere-api-token',
    source:
      '(?:[\\w.-]{0,50}?(?:cohere|CO_API_KEY)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3})(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-zA-Z0-9]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 4,
    keywords: ['cohere', 'co_api_key'],
  },
  {
    id: 'coinbase-access-token',
    source:
      '(?:coinbase)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9_-]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['coinbase'],
  },
  {
    id: 'confluent-access-token',
    source:
      '(?:confluent)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{16})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['confluent'],
  },
  {
    id: 'confluent-secret-key',
    source:
      '(?:confluent)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['confluent'],
  },
  {
    id: 'contentful-delivery-api-token',
    source:
      '(?:contentful)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9=_\\-]{43})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['contentful'],
  },
  {
    id: 'databricks-api-token',
    source: '\\b(dapi[a-f0-9]{32}(?:-\\d)?)(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['dapi'],
  },
  {
    id: 'datadog-access-token',
    source:
      '(?:datadog)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['datadog'],
  },
  {
    id: 'defined-networking-api-token',
    source:
      '(?:dnkey)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(dnkey-[a-z0-9=_\\-]{26}-[a-z0-9=_\\-]{52})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['dnkey'],
  },
  {
    id: 'digitalocean-access-token',
    source: '\\b(doo_v1_[a-f0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['doo_v1_'],
  },
  {
    id: 'digitalocean-pat',
    source: '\\b(dop_v1_[a-f0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['dop_v1_'],
  },
  {
    id: 'digitalocean-refresh-token',
    source: '\\b(dor_v1_[a-f0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['dor_v1_'],
  },
  {
    id: 'discord-api-token',
    source:
      '(?:discord)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['discord'],
  },
  {
    id: 'discord-client-id',
    source:
      '(?:discord)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9]{18})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['discord'],
  },
  {
    id: 'discord-client-secret',
    source:
      '(?:discord)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9=_\\-]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['discord'],
  },
  {
    id: 'doppler-api-token',
    source: 'dp\\.pt\\.[a-z0-9]{43}',
    ignoreCase: true,
    entropy: 2,
    keywords: ['dp.pt.'],
  },
  {
    id: 'droneci-access-token',
    source:
      '(?:droneci)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['droneci'],
  },
  {
    id: 'dropbox-api-token',
    source:
      '(?:dropbox)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{15})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['dropbox'],
  },
  {
    id: 'dropbox-long-lived-api-token',
    source:
      '(?:dropbox)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{11}(AAAAAAAAAA)[a-z0-9\\-_=]{43})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['dropbox'],
  },
  {
    id: 'dropbox-short-lived-api-token',
    source:
      '(?:dropbox)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(sl\\.[a-z0-9\\-=_]{135})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['dropbox'],
  },
  {
    id: 'duffel-api-token',
    source: 'duffel_(?:test|live)_[a-z0-9_\\-=]{43}',
    ignoreCase: true,
    entropy: 2,
    keywords: ['duffel_'],
  },
  {
    id: 'dynatrace-api-token',
    source: 'dt0c01\\.[a-z0-9]{24}\\.[a-z0-9]{64}',
    ignoreCase: true,
    entropy: 4,
    keywords: ['dt0c01.'],
  },
  {
    id: 'easypost-api-token',
    source: '\\bEZAK[a-z0-9]{54}\\b',
    ignoreCase: true,
    entropy: 2,
    keywords: ['ezak'],
  },
  {
    id: 'easypost-test-api-token',
    source: '\\bEZTK[a-z0-9]{54}\\b',
    ignoreCase: true,
    entropy: 2,
    keywords: ['eztk'],
  },
  {
    id: 'etsy-access-token',
    source:
      '(?:(?:ETSY|[Ee]tsy))(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{24})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['etsy'],
  },
  {
    id: 'facebook-access-token',
    source: '\\b(\\d{15,16}(\\||%)[0-9a-z\\-_]{27,40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['facebook'],
  },
  {
    id: 'facebook-page-access-token',
    source: '\\b(EAA[MC][a-z0-9]{100,400})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 4,
    keywords: ['eaam', 'eaac'],
  },
  {
    id: 'facebook-secret',
    source:
      '(?:facebook)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['facebook'],
  },
  {
    id: 'fastly-api-token',
    source:
      '(?:fastly)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9=_\\-]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['fastly'],
  },
  {
    id: 'finicity-api-token',
    source:
      '(?:finicity)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['finicity'],
  },
  {
    id: 'finicity-client-secret',
    source:
      '(?:finicity)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{20})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['finicity'],
  },
  {
    id: 'finnhub-access-token',
    source:
      '(?:finnhub)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{20})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['finnhub'],
  },
  {
    id: 'flickr-access-token',
    source:
      '(?:flickr)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['flickr'],
  },
  {
    id: 'flutterwave-encryption-key',
    source: 'FLWSECK_TEST-[a-h0-9]{12}',
    ignoreCase: true,
    entropy: 2,
    keywords: ['flwseck_test'],
  },
  {
    id: 'flutterwave-public-key',
    source: 'FLWPUBK_TEST-[a-h0-9]{32}-X',
    ignoreCase: true,
    entropy: 2,
    keywords: ['flwpubk_test'],
  },
  {
    id: 'flutterwave-secret-key',
    source: 'FLWSECK_TEST-[a-h0-9]{32}-X',
    ignoreCase: true,
    entropy: 2,
    keywords: ['flwseck_test'],
  },
  {
    id: 'flyio-access-token',
    source:
      '\\b((?:fo1_[\\w-]{43}|fm1[ar]_[a-zA-Z0-9+\\/]{100,400}={0,3}|fm2_[a-zA-Z0-9+\\/]{100,400}={0,3}))(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 4,
    keywords: ['fo1_', 'fm1', 'fm2_'],
  },
  {
    id: 'frameio-api-token',
    source: 'fio-u-[a-z0-9\\-_=]{64}',
    ignoreCase: true,
    entropy: 0,
    keywords: ['fio-u-'],
  },
  {
    id: 'freshbooks-access-token',
    source:
      '(?:freshbooks)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['freshbooks'],
  },
  {
    id: 'gcp-api-key',
    source: '\\b(AIza[\\w-]{35})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 4,
    keywords: ['aiza'],
  },
  {
    id: 'github-app-token',
    source: '(?:ghu|ghs)_[0-9a-zA-Z]{36}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['ghu_', 'ghs_'],
  },
  {
    id: 'github-fine-grained-pat',
    source: 'github_pat_\\w{82}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['github_pat_'],
  },
  {
    id: 'github-oauth',
    source: 'gho_[0-9a-zA-Z]{36}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['gho_'],
  },
  {
    id: 'github-pat',
    source: 'ghp_[0-9a-zA-Z]{36}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['ghp_'],
  },
  {
    id: 'github-refresh-token',
    source: 'ghr_[0-9a-zA-Z]{36}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['ghr_'],
  },
  {
    id: 'gitlab-cicd-job-token',
    source: 'glcbt-[0-9a-zA-Z]{1,5}_[0-9a-zA-Z_-]{20}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glcbt-'],
  },
  {
    id: 'gitlab-deploy-token',
    source: 'gldt-[0-9a-zA-Z_\\-]{20}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['gldt-'],
  },
  {
    id: 'gitlab-feature-flag-client-token',
    source: 'glffct-[0-9a-zA-Z_\\-]{20}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glffct-'],
  },
  {
    id: 'gitlab-feed-token',
    source: 'glft-[0-9a-zA-Z_\\-]{20}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glft-'],
  },
  {
    id: 'gitlab-incoming-mail-token',
    source: 'glimt-[0-9a-zA-Z_\\-]{25}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glimt-'],
  },
  {
    id: 'gitlab-kubernetes-agent-token',
    source: 'glagent-[0-9a-zA-Z_\\-]{50}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glagent-'],
  },
  {
    id: 'gitlab-oauth-app-secret',
    source: 'gloas-[0-9a-zA-Z_\\-]{64}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['gloas-'],
  },
  {
    id: 'gitlab-pat',
    source: 'glpat-[\\w-]{20}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glpat-'],
  },
  {
    id: 'gitlab-pat-routable',
    source: '\\bglpat-[0-9a-zA-Z_-]{27,300}\\.[0-9a-z]{2}[0-9a-z]{7}\\b',
    ignoreCase: false,
    entropy: 4,
    keywords: ['glpat-'],
  },
  {
    id: 'gitlab-ptt',
    source: 'glptt-[0-9a-f]{40}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glptt-'],
  },
  {
    id: 'gitlab-rrt',
    source: 'GR1348941[\\w-]{20}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['gr1348941'],
  },
  {
    id: 'gitlab-runner-authentication-token',
    source: 'glrt-[0-9a-zA-Z_\\-]{20}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glrt-'],
  },
  {
    id: 'gitlab-runner-authentication-token-routable',
    source: '\\bglrt-t\\d_[0-9a-zA-Z_\\-]{27,300}\\.[0-9a-z]{2}[0-9a-z]{7}\\b',
    ignoreCase: false,
    entropy: 4,
    keywords: ['glrt-'],
  },
  {
    id: 'gitlab-scim-token',
    source: 'glsoat-[0-9a-zA-Z_\\-]{20}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['glsoat-'],
  },
  {
    id: 'gitlab-session-cookie',
    source: '_gitlab_session=[0-9a-z]{32}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['_gitlab_session='],
  },
  {
    id: 'gitter-access-token',
    source:
      '(?:gitter)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9_-]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['gitter'],
  },
  {
    id: 'gocardless-api-token',
    source:
      '(?:gocardless)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(live_[a-z0-9\\-_=]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['live_', 'gocardless'],
  },
  {
    id: 'grafana-api-key',
    source: '\\b(eyJrIjoi[A-Za-z0-9]{70,400}={0,3})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['eyjrijoi'],
  },
  {
    id: 'grafana-cloud-api-token',
    source: '\\b(glc_[A-Za-z0-9+/]{32,400}={0,3})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['glc_'],
  },
  {
    id: 'grafana-service-account-token',
    source: '\\b(glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['glsa_'],
  },
  {
    id: 'harness-api-key',
    source: '(?:pat|sat)\\.[a-zA-Z0-9_-]{22}\\.[a-zA-Z0-9]{24}\\.[a-zA-Z0-9]{20}',
    ignoreCase: false,
    entropy: 0,
    keywords: ['pat.', 'sat.'],
  },
  {
    id: 'hashicorp-tf-api-token',
    source: '[a-z0-9]{14}\\.(?:atlasv1)\\.[a-z0-9\\-_=]{60,70}',
    ignoreCase: true,
    entropy: 3.5,
    keywords: ['atlasv1'],
  },
  {
    id: 'heroku-api-key',
    source:
      '(?:heroku)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['heroku'],
  },
  {
    id: 'heroku-api-key-v2',
    source: '\\b((HRKU-AA[0-9a-zA-Z_-]{58}))(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 4,
    keywords: ['hrku-aa'],
  },
  {
    id: 'hubspot-api-key',
    source:
      '(?:hubspot)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['hubspot'],
  },
  {
    id: 'huggingface-access-token',
    source: '\\b(hf_(?:[a-z]{34}))(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['hf_'],
  },
  {
    id: 'huggingface-organization-api-token',
    source: '\\b(api_org_(?:[a-z]{34}))(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['api_org_'],
  },
  {
    id: 'infracost-api-token',
    source: '\\b(ico-[a-zA-Z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['ico-'],
  },
  {
    id: 'intercom-api-key',
    source:
      '(?:intercom)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9=_\\-]{60})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['intercom'],
  },
  {
    id: 'intra42-client-secret',
    source: '\\b(s-s4t2(?:ud|af)-[abcdef0123456789]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['intra', 's-s4t2ud-', 's-s4t2af-'],
  },
  {
    id: 'jfrog-api-key',
    source:
      '(?:jfrog|artifactory|bintray|xray)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{73})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['jfrog', 'artifactory', 'bintray', 'xray'],
  },
  {
    id: 'jfrog-identity-token',
    source:
      '(?:jfrog|artifactory|bintray|xray)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['jfrog', 'artifactory', 'bintray', 'xray'],
  },
  {
    id: 'kraken-access-token',
    source:
      '(?:kraken)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9\\/=_\\+\\-]{80,90})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['kraken'],
  },
  {
    id: 'kucoin-access-token',
    source:
      '(?:kucoin)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{24})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['kucoin'],
  },
  {
    id: 'kucoin-secret-key',
    source:
      '(?:kucoin)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['kucoin'],
  },
  {
    id: 'launchdarkly-access-token',
    source:
      '(?:launchdarkly)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9=_\\-]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['launchdarkly'],
  },
  {
    id: 'linear-api-key',
    source: 'lin_api_[a-z0-9]{40}',
    ignoreCase: true,
    entropy: 2,
    keywords: ['lin_api_'],
  },
  {
    id: 'linear-client-secret',
    source:
      '(?:linear)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['linear'],
  },
  {
    id: 'linkedin-client-id',
    source:
      '(?:linked[_-]?in)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{14})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['linkedin', 'linked_in', 'linked-in'],
  },
  {
    id: 'linkedin-client-secret',
    source:
      '(?:linked[_-]?in)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{16})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['linkedin', 'linked_in', 'linked-in'],
  },
  {
    id: 'lob-api-key',
    source:
      '(?:lob)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}((live|test)_[a-f0-9]{35})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['test_', 'live_'],
  },
  {
    id: 'lob-pub-api-key',
    source:
      '(?:lob)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}((test|live)_pub_[a-f0-9]{31})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['test_pub', 'live_pub', '_pub'],
  },
  {
    id: 'looker-client-id',
    source:
      '(?:looker)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{20})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['looker'],
  },
  {
    id: 'looker-client-secret',
    source:
      '(?:looker)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{24})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['looker'],
  },
  {
    id: 'mailchimp-api-key',
    source:
      '(?:MailchimpSDK.initialize|mailchimp)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{32}-us\\d\\d)(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['mailchimp'],
  },
  {
    id: 'mailgun-private-api-token',
    source:
      '(?:mailgun)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(key-[a-f0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['mailgun'],
  },
  {
    id: 'mailgun-pub-key',
    source:
      '(?:mailgun)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(pubkey-[a-f0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['mailgun'],
  },
  {
    id: 'mailgun-signing-key',
    source:
      '(?:mailgun)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['mailgun'],
  },
  {
    id: 'mapbox-api-token',
    source:
      '(?:mapbox)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(pk\\.[a-z0-9]{60}\\.[a-z0-9]{22})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['mapbox'],
  },
  {
    id: 'mattermost-access-token',
    source:
      '(?:mattermost)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{26})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['mattermost'],
  },
  {
    id: 'maxmind-license-key',
    source: '\\b([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 4,
    keywords: ['_mmk'],
  },
  {
    id: 'messagebird-api-token',
    source:
      '(?:message[_-]?bird)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{25})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['messagebird', 'message-bird', 'message_bird'],
  },
  {
    id: 'messagebird-client-id',
    source:
      '(?:message[_-]?bird)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['messagebird', 'message-bird', 'message_bird'],
  },
  {
    id: 'microsoft-teams-webhook',
    source:
      'https://[a-z0-9]{1,300}\\.webhook\\.office\\.com/webhookb2/[a-z0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}@[a-z0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}/IncomingWebhook/[a-z0-9]{32}/[a-z0-9]{8}-([a-z0-9]{4}-){3}[a-z0-9]{12}',
    ignoreCase: false,
    entropy: 0,
    keywords: ['webhook.office.com', 'webhookb2', 'incomingwebhook'],
  },
  {
    id: 'netlify-access-token',
    source:
      '(?:netlify)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9=_\\-]{40,46})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['netlify'],
  },
  {
    id: 'new-relic-browser-api-token',
    source:
      '(?:new-relic|newrelic|new_relic)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(NRJS-[a-f0-9]{19})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['nrjs-'],
  },
  {
    id: 'new-relic-insert-key',
    source:
      '(?:new-relic|newrelic|new_relic)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(NRII-[a-z0-9-]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['nrii-'],
  },
  {
    id: 'new-relic-user-api-id',
    source:
      '(?:new-relic|newrelic|new_relic)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['new-relic', 'newrelic', 'new_relic'],
  },
  {
    id: 'new-relic-user-api-key',
    source:
      '(?:new-relic|newrelic|new_relic)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(NRAK-[a-z0-9]{27})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['nrak'],
  },
  {
    id: 'notion-api-token',
    source: '\\b(ntn_[0-9]{11}[A-Za-z0-9]{32}[A-Za-z0-9]{3})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 4,
    keywords: ['ntn_'],
  },
  {
    id: 'npm-access-token',
    source: '\\b(npm_[a-z0-9]{36})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['npm_'],
  },
  {
    id: 'nytimes-access-token',
    source:
      '(?:nytimes|new-york-times,|newyorktimes)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9=_\\-]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['nytimes', 'new-york-times', 'newyorktimes'],
  },
  {
    id: 'octopus-deploy-api-key',
    source: '\\b(API-[A-Z0-9]{26})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['api-'],
  },
  {
    id: 'okta-access-token',
    source:
      '(?:[\\w.-]{0,50}?(?:(?:[Oo]kta|OKTA))(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3})(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(00[\\w=\\-]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 4,
    keywords: ['okta'],
  },
  {
    id: 'openai-api-key',
    source:
      '\\b(sk-(?:proj|svcacct|admin)-(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})T3BlbkFJ(?:[A-Za-z0-9_-]{74}|[A-Za-z0-9_-]{58})\\b|sk-[a-zA-Z0-9]{20}T3BlbkFJ[a-zA-Z0-9]{20})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['t3blbkfj'],
  },
  {
    id: 'openshift-user-token',
    source: '\\b(sha256~[\\w-]{43})(?:[^\\w-]|$)',
    ignoreCase: false,
    entropy: 3.5,
    keywords: ['sha256~'],
  },
  {
    id: 'perplexity-api-key',
    source: '\\b(pplx-[a-zA-Z0-9]{48})(?:[\\x60\'"\\s;]|\\\\[nr]|$|\\b)',
    ignoreCase: false,
    entropy: 4,
    keywords: ['pplx-'],
  },
  {
    id: 'plaid-api-token',
    source:
      '(?:plaid)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['plaid'],
  },
  {
    id: 'plaid-client-id',
    source:
      '(?:plaid)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{24})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3.5,
    keywords: ['plaid'],
  },
  {
    id: 'plaid-secret-key',
    source:
      '(?:plaid)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{30})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3.5,
    keywords: ['plaid'],
  },
  {
    id: 'planetscale-api-token',
    source: '\\b(pscale_tkn_[\\w=\\.-]{32,64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['pscale_tkn_'],
  },
  {
    id: 'planetscale-oauth-token',
    source: '\\b(pscale_oauth_[\\w=\\.-]{32,64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['pscale_oauth_'],
  },
  {
    id: 'planetscale-password',
    source: '\\b(pscale_pw_[\\w=\\.-]{32,64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['pscale_pw_'],
  },
  {
    id: 'postman-api-token',
    source: '\\b(PMAK-[a-f0-9]{24}\\-[a-f0-9]{34})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['pmak-'],
  },
  {
    id: 'prefect-api-token',
    source: '\\b(pnu_[a-zA-Z0-9]{36})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['pnu_'],
  },
  {
    id: 'privateai-api-token',
    source:
      '(?:[\\w.-]{0,50}?(?:private[_-]?ai)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3})(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{32})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['privateai', 'private_ai', 'private-ai'],
  },
  {
    id: 'pulumi-api-token',
    source: '\\b(pul-[a-f0-9]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['pul-'],
  },
  {
    id: 'pypi-upload-token',
    source: 'pypi-AgEIcHlwaS5vcmc[\\w-]{50,1000}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['pypi-ageichlwas5vcmc'],
  },
  {
    id: 'rapidapi-access-token',
    source:
      '(?:rapidapi)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9_-]{50})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['rapidapi'],
  },
  {
    id: 'readme-api-token',
    source: '\\b(rdme_[a-z0-9]{70})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['rdme_'],
  },
  {
    id: 'rubygems-api-token',
    source: '\\b(rubygems_[a-f0-9]{48})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['rubygems_'],
  },
  {
    id: 'scalingo-api-token',
    source: '\\b(tk-us-[\\w-]{48})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['tk-us-'],
  },
  {
    id: 'sendbird-access-id',
    source:
      '(?:sendbird)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['sendbird'],
  },
  {
    id: 'sendbird-access-token',
    source:
      '(?:sendbird)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['sendbird'],
  },
  {
    id: 'sendgrid-api-token',
    source: '\\b(SG\\.[a-z0-9=_\\-\\.]{66})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['sg.'],
  },
  {
    id: 'sendinblue-api-token',
    source: '\\b(xkeysib-[a-f0-9]{64}\\-[a-z0-9]{16})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 2,
    keywords: ['xkeysib-'],
  },
  {
    id: 'sentry-access-token',
    source:
      '(?:sentry)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['sentry'],
  },
  {
    id: 'sentry-org-token',
    source:
      '\\bsntrys_eyJpYXQiO[a-zA-Z0-9+/]{10,200}(?:LCJyZWdpb25fdXJs|InJlZ2lvbl91cmwi|cmVnaW9uX3VybCI6)[a-zA-Z0-9+/]{10,200}={0,2}_[a-zA-Z0-9+/]{43}(?:[^a-zA-Z0-9+/]|$)',
    ignoreCase: false,
    entropy: 4.5,
    keywords: ['sntrys_eyjpyxqio'],
  },
  {
    id: 'sentry-user-token',
    source: '\\b(sntryu_[a-f0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3.5,
    keywords: ['sntryu_'],
  },
  {
    id: 'settlemint-application-access-token',
    source: '\\b(sm_aat_[a-zA-Z0-9]{16})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['sm_aat'],
  },
  {
    id: 'settlemint-personal-access-token',
    source: '\\b(sm_pat_[a-zA-Z0-9]{16})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['sm_pat'],
  },
  {
    id: 'settlemint-service-access-token',
    source: '\\b(sm_sat_[a-zA-Z0-9]{16})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 3,
    keywords: ['sm_sat'],
  },
  {
    id: 'shippo-api-token',
    source: '\\b(shippo_(?:live|test)_[a-fA-F0-9]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['shippo_'],
  },
  {
    id: 'shopify-access-token',
    source: 'shpat_[a-fA-F0-9]{32}',
    ignoreCase: false,
    entropy: 2,
    keywords: ['shpat_'],
  },
  {
    id: 'shopify-custom-access-token',
    source: 'shpca_[a-fA-F0-9]{32}',
    ignoreCase: false,
    entropy: 2,
    keywords: ['shpca_'],
  },
  {
    id: 'shopify-private-app-access-token',
    source: 'shppa_[a-fA-F0-9]{32}',
    ignoreCase: false,
    entropy: 2,
    keywords: ['shppa_'],
  },
  {
    id: 'shopify-shared-secret',
    source: 'shpss_[a-fA-F0-9]{32}',
    ignoreCase: false,
    entropy: 2,
    keywords: ['shpss_'],
  },
  {
    id: 'sidekiq-secret',
    source:
      '(?:BUNDLE_ENTERPRISE__CONTRIBSYS__COM|BUNDLE_GEMS__CONTRIBSYS__COM)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-f0-9]{8}:[a-f0-9]{8})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['bundle_enterprise__contribsys__com', 'bundle_gems__contribsys__com'],
  },
  {
    id: 'sidekiq-sensitive-url',
    source:
      '\\bhttps?://([a-f0-9]{8}:[a-f0-9]{8})@(?:gems.contribsys.com|enterprise.contribsys.com)(?:[\\/|\\#|\\?|:]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['gems.contribsys.com', 'enterprise.contribsys.com'],
  },
  {
    id: 'slack-app-token',
    source: 'xapp-\\d-[A-Z0-9]{1,300}-\\d{1,300}-[a-z0-9]{1,300}',
    ignoreCase: true,
    entropy: 2,
    keywords: ['xapp'],
  },
  {
    id: 'slack-bot-token',
    source: 'xoxb-[0-9]{10,13}-[0-9]{10,13}[a-zA-Z0-9-]{0,300}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['xoxb'],
  },
  {
    id: 'slack-config-access-token',
    source: 'xoxe.xox[bp]-\\d-[A-Z0-9]{163,166}',
    ignoreCase: true,
    entropy: 2,
    keywords: ['xoxe.xoxb-', 'xoxe.xoxp-'],
  },
  {
    id: 'slack-config-refresh-token',
    source: 'xoxe-\\d-[A-Z0-9]{146}',
    ignoreCase: true,
    entropy: 2,
    keywords: ['xoxe-'],
  },
  {
    id: 'slack-legacy-bot-token',
    source: 'xoxb-[0-9]{8,14}-[a-zA-Z0-9]{18,26}',
    ignoreCase: false,
    entropy: 2,
    keywords: ['xoxb'],
  },
  {
    id: 'slack-legacy-token',
    source: 'xox[os]-\\d{1,300}-\\d{1,300}-\\d{1,300}-[a-fA-F\\d]{1,300}',
    ignoreCase: false,
    entropy: 2,
    keywords: ['xoxo', 'xoxs'],
  },
  {
    id: 'slack-legacy-workspace-token',
    source: 'xox[ar]-(?:\\d-)?[0-9a-zA-Z]{8,48}',
    ignoreCase: false,
    entropy: 2,
    keywords: ['xoxa', 'xoxr'],
  },
  {
    id: 'slack-user-token',
    source: 'xox[pe](?:-[0-9]{10,13}){3}-[a-zA-Z0-9-]{28,34}',
    ignoreCase: false,
    entropy: 2,
    keywords: ['xoxp-', 'xoxe-'],
  },
  {
    id: 'slack-webhook-url',
    source: '(?:https?://)?hooks.slack.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{43,56}',
    ignoreCase: false,
    entropy: 0,
    keywords: ['hooks.slack.com'],
  },
  {
    id: 'snyk-api-token',
    source:
      '(?:snyk[_.-]?(?:(?:api|oauth)[_.-]?)?(?:key|token))(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['snyk'],
  },
  {
    id: 'sonar-api-token',
    source:
      '(?:sonar[_.-]?(login|token))(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}((?:squ_|sqp_|sqa_)?[a-z0-9=_\\-]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['sonar'],
  },
  {
    id: 'sourcegraph-access-token',
    source:
      '\\b(\\b(sgp_(?:[a-fA-F0-9]{16}|local)_[a-fA-F0-9]{40}|sgp_[a-fA-F0-9]{40}|[a-fA-F0-9]{40})\\b)(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['sgp_', 'sourcegraph'],
  },
  {
    id: 'square-access-token',
    source: '\\b((?:EAAA|sq0atp-)[\\w-]{22,60})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['sq0atp-', 'eaaa'],
  },
  {
    id: 'squarespace-access-token',
    source:
      '(?:squarespace)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['squarespace'],
  },
  {
    id: 'stripe-access-token',
    source: '\\b((?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 2,
    keywords: ['sk_test', 'sk_live', 'sk_prod', 'rk_test', 'rk_live', 'rk_prod'],
  },
  {
    id: 'sumologic-access-id',
    source:
      '(?:[\\w.-]{0,50}?(?:(?:[Ss]umo|SUMO))(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3})(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(su[a-zA-Z0-9]{12})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['sumo'],
  },
  {
    id: 'sumologic-access-token',
    source:
      '(?:(?:[Ss]umo|SUMO))(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{64})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3,
    keywords: ['sumo'],
  },
  {
    id: 'telegram-bot-api-token',
    source:
      '(?:telegr)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9]{5,16}:(?:A)[a-z0-9_\\-]{34})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['telegr'],
  },
  {
    id: 'travisci-access-token',
    source:
      '(?:travis)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{22})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['travis'],
  },
  {
    id: 'twilio-api-key',
    source: 'SK[0-9a-fA-F]{32}',
    ignoreCase: false,
    entropy: 3,
    keywords: ['sk'],
  },
  {
    id: 'twitch-api-token',
    source:
      '(?:twitch)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{30})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['twitch'],
  },
  {
    id: 'twitter-access-secret',
    source:
      '(?:twitter)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{45})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['twitter'],
  },
  {
    id: 'twitter-access-token',
    source:
      '(?:twitter)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([0-9]{15,25}-[a-zA-Z0-9]{20,40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['twitter'],
  },
  {
    id: 'twitter-api-key',
    source:
      '(?:twitter)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{25})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['twitter'],
  },
  {
    id: 'twitter-api-secret',
    source:
      '(?:twitter)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{50})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['twitter'],
  },
  {
    id: 'twitter-bearer-token',
    source:
      '(?:twitter)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(A{22}[a-zA-Z0-9%]{80,100})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['twitter'],
  },
  {
    id: 'typeform-api-token',
    source:
      '(?:typeform)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(tfp_[a-z0-9\\-_\\.=]{59})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['tfp_'],
  },
  {
    id: 'vault-batch-token',
    source: '\\b(hvb\\.[\\w-]{138,300})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: false,
    entropy: 4,
    keywords: ['hvb.'],
  },
  {
    id: 'vault-service-token',
    source: '\\b((?:hvs\\.[\\w-]{90,120}|s\\.(?:[a-z0-9]{24})))(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 3.5,
    keywords: ['hvs.', 's.'],
  },
  {
    id: 'yandex-access-token',
    source:
      '(?:yandex)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(t1\\.[A-Z0-9a-z_-]{1,300}[=]{0,2}\\.[A-Z0-9a-z_-]{86}[=]{0,2})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['yandex'],
  },
  {
    id: 'yandex-api-key',
    source:
      '(?:yandex)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(AQVN[A-Za-z0-9_\\-]{35,38})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['yandex'],
  },
  {
    id: 'yandex-aws-access-token',
    source:
      '(?:yandex)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}(YC[a-zA-Z0-9_\\-]{38})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['yandex'],
  },
  {
    id: 'zendesk-secret-key',
    source:
      '(?:zendesk)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=|\\|\\||:|=>|\\?=|,)[\\x60\'"\\s=]{0,5}([a-z0-9]{40})(?:[\\x60\'"\\s;]|\\\\[nr]|$)',
    ignoreCase: true,
    entropy: 0,
    keywords: ['zendesk'],
  },
];
