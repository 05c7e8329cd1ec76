/** The page's own words. What services say comes from them in the language that is asked for. */
const LANGUAGES = ["kk", "ru", "en"] as const;
type Language = (typeof LANGUAGES)[number];

const TEXTS: Record<string, [kk: string, ru: string, en: string]> = {
  title: ["Көші-қон: қызметтер", "Миграция: услуги", "Migration: services"],
  "sign-in": ["Кіру", "Войти", "Sign in"],
  "signed-in": ["Сіз кірдіңіз.", "Вы вошли.", "You are signed in."],
  "not-signed-in": ["Кіру мүмкін болмады.", "Войти не удалось.", "You could not be signed in."],
  unreachable: ["Қызмет жауап бермейді.", "Служба не отвечает.", "The service does not answer."],
  wait: ["Жіберілуде …", "Отправляется …", "Sending …"],
  "wait-seconds": ["Күтіңіз, секунд:", "Подождите, секунд:", "Wait, in seconds:"],
  yes: ["иә", "да", "yes"],
  no: ["жоқ", "нет", "no"],

  "host-title": ["Қонақ туралы хабарлау", "Сообщить о госте", "Report a guest"],
  "host-kind": ["Сіз кімсіз", "Кто вы", "Who you are"],
  person: ["жеке тұлға", "физическое лицо", "a person"],
  organisation: ["ұйым", "организация", "an organisation"],
  host: ["Сіздің ЖСН немесе БСН", "Ваш ИИН или БИН", "Your IIN or BIN"],
  surname: ["Тегі (паспорттағыдай)", "Фамилия (как в паспорте)", "Surname (as in the passport)"],
  "given-names": ["Аты", "Имена", "Given names"],
  "birth-date": ["Туған күні", "Дата рождения", "Date of birth"],
  sex: ["Жынысы", "Пол", "Sex"],
  male: ["ер", "мужской", "male"],
  female: ["әйел", "женский", "female"],
  unspecified: ["көрсетілмеген", "не указан", "unspecified"],
  citizenship: ["Азаматтығы (3 әріп)", "Гражданство (3 буквы)", "Citizenship (3 letters)"],
  "passport-number": ["Паспорт нөмірі", "Номер паспорта", "Passport number"],
  "passport-state": ["Паспортты берген ел (3 әріп)", "Страна паспорта (3 буквы)", "Passport's state (3 letters)"],
  kato: ["Мекенжай: ӘАОЖ коды (9 сан)", "Адрес: код КАТО (9 цифр)", "Address: KATO code (9 digits)"],
  address: ["Көше, үй, пәтер", "Улица, дом, квартира", "Street, house, flat"],
  "stay-from": ["Келген күні", "День прибытия", "Day of arrival"],
  "stay-until": ["Қай күнге дейін", "До какого дня", "Until which day"],
  make: ["Құжатты дайындау", "Подготовить документ", "Prepare the document"],
  changed: [
    "Форма өзгерді: құжатты қайта дайындаңыз.",
    "Форма изменилась: подготовьте документ снова.",
    "The form has changed: prepare the document again.",
  ],
  "sign-now": [
    "Құжатты жүктеп алып, ЭЦҚ-мен қол қойыңыз, содан кейін қолтаңба файлын таңдаңыз.",
    "Скачайте документ, подпишите его ЭЦП и выберите файл подписи.",
    "Download the document, sign it with your key, and choose the file of the signature.",
  ],
  document: ["Қол қойылатын құжат", "Документ для подписи", "The document to sign"],
  signature: ["Қолтаңба файлы (CMS, бөлек)", "Файл подписи (CMS, отсоединённая)", "File of the signature (CMS, detached)"],
  send: ["Жіберу", "Отправить", "Send"],
  pending: [
    "Хабарлама сақталды; қолтаңба әлі тексерілген жоқ.",
    "Уведомление сохранено; подпись ещё не проверена.",
    "The notice is kept; the signature has not been judged yet.",
  ],
  "ask-again": ["Қайта сұрау", "Спросить снова", "Ask again"],
  taken: ["Хабарлама қабылданды.", "Уведомление принято.", "The notice was taken."],
  receipt: ["Түбіртек", "Квитанция", "Receipt"],
  number: ["Нөмірі", "Номер", "Number"],
  "given-on": ["Берілген күні", "Подано", "Given on"],
  "due-on": ["Мерзімі", "Срок", "Due on"],
  "in-time": ["Уақытында", "В срок", "In time"],
  "employer-title": ["Шетелдік жұмысшыны жалдау", "Нанять иностранного работника", "Hire a foreign worker"],
  bin: ["БСН", "БИН", "BIN"],
  region: ["Өңір коды (2 сан)", "Код региона (2 цифры)", "Code of the region (2 digits)"],
  "ask-room": ["Қанша адам жалдауға болады?", "Сколько можно нанять?", "How many may I hire?"],
  "room-of": ["Рұқсат етілген сан, күні:", "Можно нанять на", "May be hired on"],
  category: ["Санат", "Категория", "Category"],
  occupation: ["Кәсіп коды (ҰСК)", "Код занятия (НКЗ)", "Code of the occupation (ISCO-08)"],
  wage: ["Айлық жалақы, теңге", "Зарплата в месяц, тенге", "Wage a month, tenge"],
  "vacancy-code": ["Бос орынның нөмірі", "Номер вакансии", "Number of the vacancy"],
  "vacancy-day": ["Бос орын жарияланған күн", "Вакансия опубликована", "Vacancy published on"],
  "valid-from": ["Қай күннен бастап", "С какого дня", "From which day"],
  "valid-until": ["Қай күнге дейін", "По какой день", "Until which day"],
  apply: ["Өтініш беру", "Подать заявление", "Apply"],
  applied: ["Өтініш қабылданды.", "Заявление принято.", "The application was taken."],
  "decide-by": ["Шешім мерзімі", "Решение до", "Decision by"],

  "citizen-title": ["Консулдық есепке тұру", "Встать на консульский учёт", "Register with a consulate"],
  iin: ["ЖСН", "ИИН", "IIN"],
  mission: ["Елшілік немесе консулдық", "Посольство или консульство", "Embassy or consulate"],
  country: ["Ел (3 әріп)", "Страна (3 буквы)", "Country (3 letters)"],
  city: ["Қала", "Город", "City"],
  purpose: ["Мақсаты", "Цель", "Purpose"],
  work: ["жұмыс", "работа", "work"],
  study: ["оқу", "учёба", "study"],
  family: ["отбасы", "семья", "family"],
  other: ["басқа", "другое", "other"],
  "registered-on": ["Есепке тұрған күн", "Дата постановки", "Day of registration"],
  register: ["Есепке тұру", "Встать на учёт", "Register"],
  registered: ["Сіз есепке тұрдыңыз.", "Вы поставлены на учёт.", "You are registered."],
  "ask-usage": ["Деректерімді кім көрді?", "Кто видел мои данные?", "Who used my records?"],
  silent: ["Жауап бермегендер:", "Не ответили:", "Did not answer:"],
  uses: ["Көрсетілген пайдалану:", "Показано обращений:", "Uses shown:"],
  basis: ["Негізі", "Основание", "Basis"],
};

function isLanguage(asked: string | null): asked is Language {
  return LANGUAGES.some((each) => each === asked);
}

/** Of the address; Kazakh where it names none. */
export function language(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  return isLanguage(asked) ? asked : "kk";
}

/** The words of that name. Throws where there are none: a mistake of ours. */
export function text(name: string): string {
  const words = TEXTS[name];
  if (words === undefined) throw new Error(`no text ${name}`);
  return words[LANGUAGES.indexOf(language())] as string;
}

/** Puts the words into all elements that name them by `data-text`. */
export function translate(): void {
  document.documentElement.lang = language();
  document.title = text("title");
  for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
    element.textContent = text(element.dataset.text ?? "");
  }
}
