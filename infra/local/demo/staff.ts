import type { OrganisationType, Region, Role } from '../../../contracts/roles.ts';

/** The seats that a panel must fill, requirements §4: law, personal information, data security, the sector of the data, economics. */
export const expertFields = ['law', 'privacy', 'security', 'sector', 'economics'] as const;
export type ExpertField = (typeof expertFields)[number];

export type DemonstrationPerson = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  /** Of experts only: the seat they can take on a panel, and where they work. */
  readonly expertise?: { readonly field: ExpertField; readonly employer: { readonly zh: string; readonly en: string } };
};

export type DemonstrationOrganisation = {
  readonly id: string;
  readonly type: OrganisationType;
  readonly region: Region;
  readonly name: { readonly zh: string; readonly en: string };
  readonly creditCode: string;
  readonly people: readonly DemonstrationPerson[];
};

/** One person from `'<id> <name>'`; the id is the name in pinyin, and the address lies in the domain kept for examples. */
export const personOf = (line: string, role: Role): DemonstrationPerson => {
  const [id = '', name = ''] = line.split(' ');
  return { id, name, email: `${id.replace('-', '.')}@example.cn`, roles: [role] };
};

/** The people of an organisation by the one role that each of them has. */
export const staff = (byRole: { readonly [R in Role]?: readonly string[] }): readonly DemonstrationPerson[] =>
  Object.entries(byRole).flatMap(([role, lines]) => lines.map((line) => personOf(line, role as Role)));
