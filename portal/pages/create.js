// @ts-check
/** @import { Address, Screen } from '../drawing.ts' */
/** @import { Kind, Shape, View } from '../shapes.ts' */
import { post, whoAmI } from '../api.js';
import { h, say } from '../element.js';
import { form } from '../forms/form.js';
import { heading } from '../parts.js';
import { go } from '../router.js';
import { acting } from '../session.js';

/** What a form is begun with: what the address names, and whose organisation it is. @param {Kind} kind @param {URLSearchParams} query @returns {Shape} */
const begun = ({ create }, query) => {
  const { properties = {} } = create?.schema ?? {};
  const named = Object.keys(properties).flatMap((name) => {
    const values = query.getAll(name);
    if (values.length === 0) return [];
    return [[name, properties[name]?.type === 'array' ? values : values[0]]];
  });
  return { ...('organisation' in properties ? { organisation: acting()?.organisation } : {}), ...Object.fromEntries(named) };
};
/** A form for a new record. @param {Kind} kind @returns {(address: Address) => Promise<Screen>} */
export const creation =
  (kind) =>
  async ({ query }) => {
    await whoAmI();
    const [zh, en] = kind.title;
    const { create } = kind;
    if (!create)
      return {
        title: [zh, en],
        body: [heading([zh, en]), h('p', { say: ['此类记录由系统自动生成。', 'These records are made by the system.'] })],
      };
    return {
      title: [`新建${zh}`, `New: ${en}`],
      body: [
        h('p', { class: 'crumbs' }, h('a', { href: `/${kind.plural}` }, say(zh, en))),
        heading([`新建${zh}`, `New: ${en}`]),
        h(
          'div',
          { class: 'panel' },
          form(create.schema, {
            value: begun(kind, query),
            submit: ['保存', 'Save'],
            cancel: () => history.back(),
            send: async (body, key) => {
              /** @type {View} */
              const made = await post(`/v1/${kind.plural}`, { body, key });
              await go(`/${kind.plural}/${made.id}`, true);
            },
          }),
        ),
      ],
    };
  };
