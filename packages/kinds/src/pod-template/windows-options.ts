import {
  byteLength,
  checkDns1123Subdomain,
  type FieldError,
  type FieldPath,
  invalid,
} from '@berth/machinery';
import type { PodSpec, WindowsSecurityContextOptions } from '../generated/api-types.ts';
import { containersOf } from './containers-of.ts';
import { invalidFor } from './field-checks.ts';

const maxCredentialSpecKib = 64;
const maxDomainLength = 256;
const maxUserLength = 104;
const netBiosName = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const dnsDomain = new RegExp(`^${dnsLabel}(?:\\.${dnsLabel})*$`);

export function validateWindowsOptions(options: WindowsSecurityContextOptions, at: FieldPath): FieldError[] {
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName } = options;
  const errors: FieldError[] = [];
  if (specName !== undefined) {
    const nameAt = at.child('gmsaCredentialSpecName');
    errors.push(...invalidFor({ at: nameAt, value: specName }, checkDns1123Subdomain(specName)));
  }
  if (spec === '') {
    const detail = 'gmsaCredentialSpec cannot be an empty string';
    errors.push(invalid(at.child('gmsaCredentialSpec'), spec, detail));
  } else if (spec !== undefined && byteLength(spec) > maxCredentialSpecKib * 1024) {
    const detail = `gmsaCredentialSpec size must be under ${maxCredentialSpecKib} KiB`;
    errors.push(invalid(at.child('gmsaCredentialSpec'), spec, detail));
  }
  if (runAsUserName === undefined) return errors;
  const user = { at: at.child('runAsUserName'), value: runAsUserName };
  const problems = userNameProblems(runAsUserName).map((problem) => `runAsUserName${problem}`);
  return [...errors, ...invalidFor(user, problems)];
}

/** `User` or `Domain\User`. */
function userNameProblems(name: string): string[] {
  if (name === '') return [' cannot be an empty string'];
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(name)) return [' cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return [' cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  return [...(parts.length === 2 ? domainProblems(parts[0] ?? '') : []), ...userProblems(user)];
}

function domainProblems(domain: string): string[] {
  const problems: string[] = [];
  if (domain.length >= maxDomainLength) {
    problems.push(`'s Domain length must be under ${maxDomainLength} characters`);
  }
  if (!netBiosName.test(domain) && !dnsDomain.test(domain)) {
    problems.push("'s Domain doesn't match the NetBios nor the DNS format");
  }
  return problems;
}

function userProblems(user: string): string[] {
  const problems: string[] = [];
  if (user === '') problems.push("'s User cannot be empty");
  else if (user.length > maxUserLength) {
    problems.push(`'s User length must not be longer than ${maxUserLength} characters`);
  }
  if (/^[. ]+$/.test(user)) problems.push("'s User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    problems.push(`'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  }
  return problems;
}

/** Containers that are processes of a Windows host: all of a pod's or none. */
export function validateHostProcess(spec: PodSpec, at: FieldPath): FieldError[] {
  const podSays = spec.securityContext?.windowsOptions?.hostProcess;
  const containers = containersOf(spec, at);
  const errors: FieldError[] = [];
  let hostProcesses = 0;
  for (const { container, at: containerAt } of containers) {
    const containerSays = container.securityContext?.windowsOptions?.hostProcess;
    if (podSays !== undefined && containerSays !== undefined && podSays !== containerSays) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${podSays}`;
      const hostProcessAt = containerAt.child('securityContext', 'windowsOptions', 'hostProcess');
      errors.push(invalid(hostProcessAt, containerSays, detail));
    }
    if (containerSays ?? podSays) hostProcesses += 1;
  }
  if (hostProcesses === 0) return errors;
  if (hostProcesses !== containers.length) {
    const detail =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    errors.push(invalid(at, '', detail));
  }
  if (!spec.hostNetwork) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers';
    errors.push(invalid(at.child('hostNetwork'), false, detail));
  }
  return errors;
}
