// @ts-check
/** @import { Screen } from '../drawing.ts' */
import { whoAmI } from '../api.js';
import { h, spoken } from '../element.js';
import { startOver } from '../frame.js';
import { empty, heading } from '../parts.js';
import { registry } from '../registry.js';
import { actFor, acting, signIn } from '../session.js';

/** For which organisation one acts. @returns {Promise<Screen>} */
export const chooseOrganisation = async () => {
  const me = await whoAmI();
  if (!me) await signIn();
  const { memberships = [] } = me ?? {};
  const present = acting()?.organisation;
  return {
    title: ['选择组织', 'Choose an organisation'],
    body: [
      heading(['选择以哪个组织的身份办理', 'For which organisation do you act?']),
      memberships.length === 0 ? empty(['您尚不是任何组织的成员。', 'You are no member of an organisation yet.']) : '',
      h(
        'div',
        { class: 'cards' },
        ...memberships.map(({ organisation, name, roles }) =>
          h(
            'button',
            {
              type: 'button',
              class: 'card choice',
              'aria-pressed': organisation === present ? 'true' : 'false',
              onclick: () => {
                actFor(organisation);
                void startOver('/');
              },
            },
            h('strong', {}, name ? spoken([name.zh, name.en]) : organisation),
            h('span', { class: 'quiet' }, ...roles.flatMap((role) => [spoken(registry.roles[role] ?? [role, role]), ' '])),
          ),
        ),
      ),
    ],
  };
};
