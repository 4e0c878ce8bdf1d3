import { describe, expect, test } from '@jest/globals';
import { organisationTypes, roles, rolesOf, type Role } from '../../contracts/roles.ts';
import { organisations } from '../../infra/local/demo/people.ts';
import { expertFields } from '../../infra/local/demo/staff.ts';
import { checkCreditCode } from '../../shared/kernel/identifiers.ts';

const people = organisations.flatMap((organisation) => organisation.people.map((person) => ({ ...person, organisation })));

/** GB 11714: the ninth character of an organisation code. */
const organisationCheck = (code: string): string => {
  const values = code.split('').map((character) => Number.parseInt(character, 36));
  const sum = [3, 7, 9, 10, 5, 8, 4, 2].reduce((total, weight, at) => total + weight * (values[at] ?? Number.NaN), 0);
  return '0123456789X'[(11 - (sum % 11)) % 11] ?? '';
};

describe('the roles', () => {
  test('can each be given by an organisation of some type, and every type can give itself administrators', () => {
    expect(new Set(Object.values(rolesOf).flat())).toEqual(new Set(Object.keys(roles)));
    expect(Object.keys(rolesOf)).toEqual(Object.keys(organisationTypes));
    for (const given of Object.values(rolesOf)) expect(given).toContain('org.admin');
  });
});

describe('the demonstration people', () => {
  test('are each one person in one organisation, under one id, name and address', () => {
    for (const key of ['id', 'name', 'email'] as const) expect(new Set(people.map((person) => person[key])).size).toBe(people.length);
    expect(new Set(organisations.map(({ id }) => id)).size).toBe(organisations.length);
    for (const { id, email } of people) expect(`${id} ${email}`).toMatch(/^[a-z]+-[a-z]+ [a-z]+\.[a-z]+@example\.cn$/);
  });

  test('have only roles that an organisation of their type may give', () => {
    for (const { roles: held, organisation } of people) expect(rolesOf[organisation.type]).toEqual(expect.arrayContaining([...held]));
  });

  test('fill every role of their organisation with two different persons, so that four eyes can always be had', () => {
    for (const { people: members, type } of organisations) {
      for (const role of rolesOf[type]) expect(members.filter((member) => member.roles.includes(role)).length).toBeGreaterThanOrEqual(2);
    }
    const acted = new Set<Role>(people.flatMap(({ roles: held }) => held));
    expect(acted.size).toBe(Object.keys(roles).length);
  });

  test('include a pool of thirty experts with at least two for every seat of a panel', () => {
    const experts = people.filter(({ roles: held }) => held.includes('expert'));
    expect(experts).toHaveLength(30);
    for (const field of expertFields)
      expect(experts.filter((expert) => expert.expertise?.field === field).length).toBeGreaterThanOrEqual(2);
  });
});

describe('the credit codes of the demonstration organisations', () => {
  test.each(organisations.map(({ creditCode, name }) => [creditCode, name.zh]))('%s of %s is valid and no real body’s', (code) => {
    expect(code).toMatch(/^[0-9]{8}PDY[0-9]{5}[0-9X][0-9A-HJ-NP-RTUWXY]$/);
    expect(organisationCheck(code.slice(8, 16))).toBe(code[16]);
    expect(checkCreditCode(code)).toBe(true);
  });

  test('are all different', () => {
    expect(new Set(organisations.map(({ creditCode }) => creditCode)).size).toBe(organisations.length);
  });
});
